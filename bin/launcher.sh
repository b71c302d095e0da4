# What the commands here share. Sourced with bin set to this folder, symbolic links resolved.
# Gives: become CLASS [ARGUMENT...], which replaces the shell by a JVM that runs the class.

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

target=${bin%/*}/guestmount/target
product=
for jar in "$target"/guestmount-*.jar; do
    case $jar in
        *-tests.jar | *-sources.jar | *-javadoc.jar | *'*.jar') ;;
        *) product=$jar ;;
    esac
done
[ -n "$product" ] && [ -d "$target/lib" ] || die "not built yet; run $bin/quickstart"

java=${JAVA_HOME:+$JAVA_HOME/bin/java}
java=${java:-$(command -v java)} && [ -x "$java" ] ||
    die "needs Java 17 or later${JAVA_HOME:+, and JAVA_HOME=$JAVA_HOME has none}; install openjdk-17-jre-headless or set JAVA_HOME"

# A file of every JDK says its version, which costs less than asking it.
java_home=$(readlink -f "$java")
java_home=${java_home%/bin/java}
if [ -r "$java_home/release" ]; then
    while IFS='="' read -r key _ value; do
        if [ "$key" = JAVA_VERSION ]; then
            major=${value%%.*}
            [ "${major%%[!0-9]*}" -ge 17 ] ||
                die "needs Java 17 or later, and $java is Java ${value%\"}; install openjdk-17-jre-headless or set JAVA_HOME"
        fi
    done <"$java_home/release"
fi

# The working directory is left at once so that it is not kept busy; the JVM resolves relative paths as if it were there.
folder=$PWD
cd /

# File names are passed as UTF-8 whatever the locale. $detach is empty or setsid, $heap the largest heap,
# which is kept as small as what lives in it.
become() {
    class=$1
    shift
    LC_ALL=C.UTF-8 exec $detach "$java" \
        -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:-UsePerfData -Xlog:disable \
        "-Xmx$heap" -Xms8m -Xmn4m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-ShrinkHeapInSteps \
        "-XX:ErrorFile=${TMPDIR:-/tmp}/guestmount-%p.crash" \
        "-Duser.dir=$folder" ${detach:+-Dguestmount.detach=true} \
        -cp "$product:$target/lib/*" "$class" "$@"
}
detach=
heap=64m
