package org.guestmount.appliance.image;

import java.util.Collection;
import java.util.List;

/** The program the kernel starts first in the appliance. */
final class InitScript {
    private InitScript() {}

    /**
     * A script of straight lines: it mounts the kernel's filesystems, loads what the daemon needs at once, makes the device nodes
     * that load a module at their first use, and runs the daemon. When the daemon ends, the machine does.
     *
     * @param modules paths of modules to load, in order
     * @param deviceNodes lines of modules.devname
     * @param folder to start the daemon in
     * @param daemon its command line
     */
    static String of(Collection<String> modules, Collection<String> deviceNodes, String folder, List<String> daemon) {
        StringBuilder script = new StringBuilder("""
                #!/bin/busybox sh
                mount -t devtmpfs dev /dev
                mount -t proc proc /proc
                mount -t sysfs sys /sys
                mkdir /dev/mapper
                export PATH=/bin HOME=/ LANG=C.UTF-8
                """);
        for (String node : deviceNodes) {
            String[] words = node.split("[ :]", -1);
            script.append("mknod /dev/%s %s %s %s\n"
                    .formatted(words[1], words[2].substring(0, 1), words[2].substring(1), words[3]));
        }
        for (String module : modules) {
            // One that the processor does not suit fails here; a generic one serves in its place.
            script.append("insmod ").append(module).append(" 2>/dev/null\n");
        }
        return script.append("cd ")
                .append(folder)
                .append('\n')
                .append(String.join(" ", daemon))
                .append("\npoweroff -f\n")
                .toString();
    }
}
