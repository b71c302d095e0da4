package org.guestmount.appliance.inspect;

import org.guestmount.appliance.inspect.Finding.Identity;
import org.guestmount.appliance.inspect.Finding.Role;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.jspecify.annotations.Nullable;

/** Recognises what systems are installed from, or run live. */
final class Media {
    private static final int MAX_LINE_BYTES = 200;

    private Media() {}

    /** The medium that a tree is; null if it is none. */
    static @Nullable Finding examine(GuestTree tree, Place place) {
        String debian = tree.read("/.disk/info", MAX_LINE_BYTES);
        if (debian != null) {
            return medium(place, Family.LINUX, Text.shown(debian));
        }
        String redHat = productOfTreeinfo(tree);
        if (!redHat.isEmpty() || tree.isFile("/.discinfo") || tree.isFile("/LiveOS/squashfs.img")) {
            return medium(place, Family.LINUX, redHat);
        }
        for (String file : new String[] {"/sources/boot.wim", "/sources/install.wim", "/sources/install.esd"}) {
            if (Windows.find(tree, file) != null) {
                return medium(place, Family.WINDOWS, "Windows setup");
            }
        }
        String suse = tree.read("/media.1/products", MAX_LINE_BYTES);
        return suse == null ? null : medium(place, Family.LINUX, Text.shown(suse));
    }

    private static String productOfTreeinfo(GuestTree tree) {
        Settings treeinfo = Settings.of(tree, "/.treeinfo");
        return Text.shown(treeinfo.get("name"));
    }

    private static Finding medium(Place place, Family family, String product) {
        return Finding.of(place, Role.MEDIA, new Identity(family, "", product, "", "", ""));
    }
}
