package org.guestmount.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Seconds, by the name of the work and the system, and what was wrong. */
final class Results {
    private final Map<String, Map<MountSystem, List<Double>>> seconds = new LinkedHashMap<>();
    private final Map<String, String> said = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();

    void add(String work, MountSystem system, double time) {
        seconds.computeIfAbsent(work, name -> new LinkedHashMap<>())
                .computeIfAbsent(system, name -> new ArrayList<>())
                .add(time);
    }

    /** Notes what a work printed, which is to be the same through all systems and in all rounds. */
    void agree(String work, MountSystem system, String output) {
        String first = said.computeIfAbsent(work, name -> output);
        if (!first.equals(output)) {
            fault(work + " through " + system + " gave " + output.strip() + ", not " + first.strip());
        }
    }

    void fault(String fault) {
        faults.add(fault);
    }

    List<String> faults() {
        return List.copyOf(faults);
    }

    List<String> works() {
        return List.copyOf(seconds.keySet());
    }

    List<Double> all(String work, MountSystem system) {
        return seconds.getOrDefault(work, Map.of()).getOrDefault(system, List.of());
    }

    /** In seconds; empty where the system has not done the work. */
    OptionalDouble median(String work, MountSystem system) {
        double[] sorted =
                all(work, system).stream().mapToDouble(time -> time).sorted().toArray();
        if (sorted.length == 0) {
            return OptionalDouble.empty();
        }
        int middle = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }
}
