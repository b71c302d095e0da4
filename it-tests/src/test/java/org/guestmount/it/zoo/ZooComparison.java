package org.guestmount.it.zoo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.Project;

/** What guestmount and libguestfs make of the guests, side by side, for {@code bin/zoo}. */
final class ZooComparison {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** As tests and the benchmark have it: KVM, which may be broken, is not tried. */
    private static final Map<String, String> EMULATION =
            Map.of("LIBGUESTFS_BACKEND", "direct", "LIBGUESTFS_BACKEND_SETTINGS", "force_tcg");

    private ZooComparison() {}

    /** What one of them says, and how long it took. */
    private record Answer(Map<String, String> mounts, String problem, double seconds) {
        String text() {
            List<String> parts = new ArrayList<>();
            new TreeMap<>(mounts).forEach((mountpoint, device) -> parts.add(mountpoint + " " + device));
            return parts.isEmpty() ? problem : String.join(", ", parts);
        }
    }

    /**
     * Prints a table.
     *
     * @param arguments names of guests; none for all
     */
    public static void main(String[] arguments) throws IOException {
        List<String> wanted = List.of(arguments);
        PrintStream out = System.out;
        out.println("| guest | seconds, ours | libguestfs | ratio | mounts |");
        out.println("| --- | --- | --- | --- | --- |");
        for (ZooGuest guest : Zoo.guests()) {
            if (wanted.isEmpty() || wanted.contains(guest.name())) {
                Answer ours = ours(guest);
                Answer theirs = theirs(guest);
                String mounts = ours.mounts().equals(theirs.mounts())
                        ? "both: " + ours.text()
                        : "ours: " + ours.text() + "; libguestfs: " + theirs.text();
                out.printf(
                        Locale.ROOT,
                        "| %s | %.1f | %.1f | %.1f | %s |%n",
                        guest.name(),
                        ours.seconds(),
                        theirs.seconds(),
                        theirs.seconds() / ours.seconds(),
                        mounts);
            }
        }
    }

    private static Answer ours(ZooGuest guest) {
        List<String> argv = new ArrayList<>();
        argv.add(Project.folder().resolve("bin/guestmount").toString());
        argv.addAll(guest.arguments());
        argv.addAll(List.of("--list", "--json"));
        return answer(argv, ZooComparison::listed);
    }

    private static Answer theirs(ZooGuest guest) {
        List<String> argv = new ArrayList<>(List.of("guestfish", "--ro", "-i"));
        argv.addAll(guest.arguments());
        argv.add("mountpoints");
        return answer(argv, ZooComparison::printed);
    }

    /** Of the system that {@code -i} mounts. */
    private static Map<String, String> listed(String json) {
        return ListedSystem.all(json).stream()
                .findFirst()
                .map(ListedSystem::mounts)
                .orElse(Map.of());
    }

    /** {@code /dev/sda1: /}, as guestfish prints it. */
    private static Map<String, String> printed(String lines) {
        Map<String, String> mounts = new HashMap<>();
        lines.lines().forEach(line -> {
            int colon = line.lastIndexOf(": ");
            mounts.put(line.substring(colon + 2), line.substring(0, colon));
        });
        return mounts;
    }

    private static Answer answer(List<String> argv, Function<String, Map<String, String>> mountsOf) {
        long started = System.nanoTime();
        Command.Result result = Command.of(argv).with(EMULATION).within(LIMIT).result();
        double seconds = (System.nanoTime() - started) / 1e9;
        Map<String, String> mounts = result.status() == 0 ? mountsOf.apply(result.output()) : Map.of();
        String said = result.errors().lines().findFirst().orElse("nothing");
        return new Answer(mounts, mounts.isEmpty() ? said.replace('|', '/') : "", seconds);
    }
}
