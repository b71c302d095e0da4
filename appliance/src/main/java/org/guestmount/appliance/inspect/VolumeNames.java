package org.guestmount.appliance.inspect;

/** What a system calls the volumes that it makes of its disks. */
record VolumeNames(Crypttab crypttab, MdadmConf arrays) {
    static final VolumeNames NONE = new VolumeNames(Crypttab.NONE, MdadmConf.NONE);

    static VolumeNames of(GuestTree tree) {
        String debian = "/etc/mdadm/mdadm.conf";
        return new VolumeNames(
                Crypttab.parse(tree.lines("/etc/crypttab")),
                MdadmConf.parse(tree.lines(tree.isFile(debian) ? debian : "/etc/mdadm.conf")));
    }
}
