package org.guestmount.it.zoo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.Command;

/**
 * A system as {@code --list --json} tells of it.
 *
 * @param hostname empty if it is not known
 * @param mounts device, with a subvolume after a colon, by mountpoint
 */
record ListedSystem(String product, String hostname, Map<String, String> mounts) {
    /** Prints a line for each mount of a system, and after them one for the system. */
    private static final String SUMMARY = """
            import json, sys
            for system in json.load(sys.stdin)['operating_systems']:
                for m in system['mounts']:
                    subvolumes = [o.split('=', 1)[1].lstrip('/') for o in m['options'].split(',') if o.startswith('subvol=')]
                    print('mount', m['mountpoint'], ':'.join([m['device'], *subvolumes]), sep='\\t')
                print('system', system['product'], system['hostname'] or '', sep='\\t')
            """;

    ListedSystem {
        mounts = Map.copyOf(mounts);
    }

    /** All systems of a listing, in its order; one that mounts two devices at one place is a failure. */
    static List<ListedSystem> all(String json) {
        String summary =
                Command.of("python3", "-X", "utf8", "-c", SUMMARY).reading(json).run();
        List<ListedSystem> systems = new ArrayList<>();
        Map<String, String> mounts = new HashMap<>();
        for (String line : summary.lines().toList()) {
            String[] fields = line.split("\t", -1);
            if (fields[0].equals("system")) {
                systems.add(new ListedSystem(fields[1], fields[2], mounts));
                mounts.clear();
            } else if (mounts.put(fields[1], fields[2]) != null) {
                throw new AssertionError(json);
            }
        }
        return systems;
    }
}
