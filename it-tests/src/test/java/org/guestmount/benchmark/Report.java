package org.guestmount.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.guestmount.it.framework.Command;

/** Results for people: a Markdown table of medians and ratios with its plot, and every figure as CSV. */
final class Report {
    private final Path folder;
    private final List<MountSystem> systems;
    private final List<String> written = new ArrayList<>();

    Report(Path folder, List<MountSystem> systems) {
        this.folder = folder;
        this.systems = List.copyOf(systems);
    }

    /** What was measured with what. */
    void machine(String corpus, int rounds) {
        written.add("Medians of " + rounds + " rounds, in seconds. " + corpus + ".\n");
        String processor = Command.of("sh", "-c", "sed -n 's/^model name\\s*: //p' /proc/cpuinfo | sort | uniq -c")
                .run()
                .strip();
        String memory =
                Command.of("sh", "-c", "free -g | awk '/Mem/ {print $2}'").run().strip();
        boolean kvm = Files.isWritable(Path.of("/dev/kvm"));
        written.add(processor + "; " + memory + " GiB; Linux " + System.getProperty("os.version") + "; "
                + (kvm ? "/dev/kvm opens" : "no /dev/kvm: guests are emulated") + "; "
                + firstLine("qemu-system-x86_64", "--version") + "; "
                + systems.stream()
                        .filter(system -> system == MountSystem.LIBGUESTFS)
                        .map(system -> firstLine("/usr/bin/guestmount", "--version") + "; ")
                        .collect(Collectors.joining())
                + "systems: "
                + systems.stream()
                        .map(system -> name(system) + " is " + system.description())
                        .collect(Collectors.joining(", "))
                + ".\n");
    }

    /** A section with a table and its plot. */
    void section(String title, Results results) throws IOException {
        String file = title.replace(' ', '-') + ".svg";
        Plot.write(folder.resolve(file), title, systems, results);
        written.add("## " + title + "\n");
        written.add(table(results));
        written.add("![seconds by work and system](" + file + ")\n");
        results.faults().forEach(fault -> written.add("**Wrong:** " + fault.replace("\n", " ") + "\n"));
        Files.writeString(folder.resolve(title.replace(' ', '-') + ".csv"), csv(results));
    }

    void text(String markdown) {
        written.add(markdown);
    }

    Path write() throws IOException {
        return Files.writeString(folder.resolve("results.md"), "# Benchmark\n\n" + String.join("\n", written));
    }

    String table(Results results) {
        StringBuilder table = new StringBuilder("| work |");
        systems.forEach(system -> table.append(' ').append(name(system)).append(" |"));
        table.append(" libguestfs / ours | ours / kernel | ours / guest |\n|---|")
                .append("---:|".repeat(systems.size() + 3));
        for (String work : results.works()) {
            table.append("\n| ").append(work).append(" |");
            for (MountSystem system : systems) {
                table.append(' ')
                        .append(number("%.3f", results.median(work, system)))
                        .append(" |");
            }
            table.append(' ')
                    .append(ratio(results, work, MountSystem.LIBGUESTFS, MountSystem.OURS))
                    .append(" | ")
                    .append(ratio(results, work, MountSystem.OURS, MountSystem.KERNEL))
                    .append(" | ")
                    .append(ratio(results, work, MountSystem.OURS, MountSystem.GUEST))
                    .append(" |");
        }
        return table.append('\n').toString();
    }

    private String csv(Results results) {
        StringBuilder csv = new StringBuilder("work,system,seconds\n");
        for (String work : results.works()) {
            for (MountSystem system : systems) {
                results.all(work, system)
                        .forEach(time -> csv.append(work)
                                .append(',')
                                .append(name(system))
                                .append(',')
                                .append(time)
                                .append('\n'));
            }
        }
        return csv.toString();
    }

    static String name(MountSystem system) {
        return system.name().toLowerCase(Locale.ROOT);
    }

    private static String ratio(Results results, String work, MountSystem slower, MountSystem faster) {
        OptionalDouble above = results.median(work, slower);
        OptionalDouble below = results.median(work, faster);
        return above.isEmpty() || below.isEmpty()
                ? "–"
                : String.format(Locale.ROOT, "%.2f", above.getAsDouble() / below.getAsDouble());
    }

    private static String number(String format, OptionalDouble value) {
        return value.isEmpty() ? "–" : String.format(Locale.ROOT, format, value.getAsDouble());
    }

    private static String firstLine(Object... program) {
        return Command.of(program).run().lines().findFirst().orElse("");
    }
}
