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
java=$target/runtime/bin/java
[ -n "$product" ] && [ -x "$java" ] || die "not built yet; run $bin/quickstart"

# The working directory is left at once so that it is not kept busy; the JVM resolves relative paths as if it were there.
folder=$PWD
cd /

# File names are passed as UTF-8 whatever the locale. $detach is empty or setsid, $heap the largest heap,
# which is kept as small as what lives in it.
become() {
    class=$1
    shift
    # Java maps these and touches them here and there: from a disk, reading them through is faster. It is nobody's
    # child, for Java would not wait for it.
    (cat "$target/guestmount.jsa" "$target/runtime/lib/server/libjvm.so" >/dev/null 2>&1 </dev/null &)
    LC_ALL=C.UTF-8 exec $detach "$java" \
        -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xlog:disable \
        -Xshare:auto "-XX:SharedArchiveFile=$target/guestmount.jsa" \
        "-Xmx$heap" -Xms16m -Xmn8m -XX:MinHeapFreeRatio=30 -XX:MaxHeapFreeRatio=60 -XX:-ShrinkHeapInSteps \
        "-XX:ErrorFile=${TMPDIR:-/tmp}/guestmount-%p.crash" \
        "-Duser.dir=$folder" ${detach:+-Dguestmount.detach=true} \
        -cp "$product:$target/lib/*" "$class" "$@"
}
detach=
heap=64m
