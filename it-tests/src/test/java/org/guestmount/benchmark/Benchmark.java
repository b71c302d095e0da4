package org.guestmount.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.guestmount.it.framework.GuestImage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the benchmark. */
@Command(
        name = "benchmark",
        sortOptions = false,
        showDefaultValues = true,
        description = {
            "Does the same work through several mounts of one disk image, in turns, and compares what they gave and how long"
                    + " it took. Needs root. Leave the machine alone meanwhile."
        })
final class Benchmark implements Callable<Integer> {
    @Option(names = "--systems", split = ",", description = "Which to compare: ${COMPLETION-CANDIDATES}.")
    private List<MountSystem> systems = List.of(
            MountSystem.OURS, MountSystem.LIBGUESTFS, MountSystem.KERNEL, MountSystem.FUSE2FS, MountSystem.GUEST);

    @Option(names = "--works", split = ",", paramLabel = "NAME", description = "Only these, by name; see --list.")
    private List<String> works = List.of();

    @Option(names = "--formats", split = ",", paramLabel = "FORMAT", description = "Formats of the image.")
    private List<String> formats = List.of("raw", "qcow2");

    @Option(names = "--rounds", description = "How often each work is done through each system.")
    private int rounds = 3;

    @Option(
            names = "--scale",
            description = "How much data and how many files; 1 is 190,000 entries, 512 MiB in one file.")
    private double scale = 1;

    @Option(names = "--cold-image", description = "Have the image itself not in the page cache either.")
    private boolean coldImage;

    @Option(
            names = "--growth",
            description = "Instead: trees of up to a million entries, files of up to 100,000 extents.")
    private boolean growth;

    @Option(names = "--corpus", paramLabel = "FOLDER", description = "Where disks are made and kept.")
    private Path corpus = Path.of("target", "benchmark", "corpus");

    @Option(names = "--output", paramLabel = "FOLDER", description = "Where results go.")
    private Path output = Path.of("target", "benchmark", "results");

    @Option(names = "--list", description = "Print the names of the works.")
    private boolean list;

    @Option(names = "--help", usageHelp = true, description = "Print this.")
    boolean help;

    private Benchmark() {}

    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Benchmark()).setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(command.execute(arguments));
    }

    /** @return 1 if any system has given something wrong */
    @Override
    public Integer call() throws IOException {
        if (list) {
            Works.all().forEach(work -> System.out.println(work.name()));
            return 0;
        }
        List<Work> chosen = chosen();
        Path kept = Files.createDirectories(corpus.resolve("scale-" + scale)).toAbsolutePath();
        Report report = new Report(Files.createDirectories(output), systems);
        List<Results> all = growth ? growth(kept, report) : comparison(kept, report, chosen);
        System.out.println(Files.readString(report.write()));
        return all.stream().allMatch(results -> results.faults().isEmpty()) ? 0 : 1;
    }

    private List<Results> growth(Path kept, Report report) throws IOException {
        Growth measured = new Growth(kept, systems, scale);
        measured.run(rounds);
        report.machine("Growth at scale " + scale, rounds);
        report.section("growth", measured.results());
        report.text(measured.memory());
        return List.of(measured.results());
    }

    private List<Results> comparison(Path kept, Report report, List<Work> chosen) throws IOException {
        Corpus files = Corpus.in(kept, scale);
        Map<String, String> environment = files.environment(Files.createDirectories(kept.resolve("sums")));
        Map<String, Results> byFormat = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String format : formats) {
                Results results = byFormat.computeIfAbsent(format, name -> new Results());
                new Runner(kept, environment, !coldImage, results).round(disk(files, format), systems, chosen);
            }
        }
        report.machine(files.description(), rounds);
        for (Map.Entry<String, Results> format : byFormat.entrySet()) {
            report.section(format.getKey() + " image", format.getValue());
        }
        return List.copyOf(byFormat.values());
    }

    private static GuestImage disk(Corpus files, String format) {
        if (format.equals("raw")) {
            return files.raw();
        }
        GuestImage converted = new GuestImage(Path.of(files.raw().path() + "." + format), format);
        return Files.exists(converted.path()) ? converted : files.raw().convertedTo(format);
    }

    private List<Work> chosen() {
        if (works.isEmpty()) {
            return Works.all();
        }
        List<Work> chosen = new ArrayList<>();
        for (String name : works) {
            @Nullable
            Work work = Works.all().stream()
                    .filter(one -> one.name().equals(name))
                    .findFirst()
                    .orElse(null);
            if (work == null) {
                throw new CommandLine.ParameterException(
                        new CommandLine(this), "--works: there is no work \"" + name + "\"; see --list");
            }
            chosen.add(work);
        }
        return chosen;
    }
}
