package org.guestmount.it.zoo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.ToolMachine;

/**
 * All guests. Debian is installed by mmdebstrap; of the others there is what they are recognised by, on disks laid out as their
 * installers do it, by mkfs, lvm, mdadm, cryptsetup, hivex and so on. They are made once and kept for later runs.
 */
final class Zoo {
    /** What they are made by, and again if it changes. */
    private static final List<String> MAKERS = List.of(
            "Zoo.class",
            "Workshop.class",
            "GuestTree.class",
            "LinuxGuests.class",
            "StackedGuests.class",
            "OtherGuests.class",
            OtherGuests.WINDOWS);

    private Zoo() {}

    /** All of them, made if they are not there. */
    static List<ZooGuest> guests() throws IOException {
        List<String> makers =
                MAKERS.stream().map(name -> Project.resource(Zoo.class, name)).toList();
        String name = "zoo-" + Integer.toHexString(Objects.hash(makers, ToolMachine.script("")));
        return in(Project.madeOnce(name, folder -> in(folder).make())).guests();
    }

    private static Workshop in(Path folder) {
        Workshop workshop = new Workshop(folder);
        new LinuxGuests(workshop).add();
        new StackedGuests(workshop).add();
        new OtherGuests(workshop).add();
        return workshop;
    }
}
