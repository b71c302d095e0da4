package org.guestmount.appliance.inspect;

import org.jspecify.annotations.Nullable;

/**
 * Which Linux it is, as its release files have it.
 *
 * <p>Source: os-release(5); the Linux Standard Base on lsb-release; the distributions' own files before these.
 *
 * @param distribution the {@code ID} of os-release
 * @param product for people
 * @param version for people
 */
record LinuxRelease(String distribution, String product, String version) {
    private static final LinuxRelease UNKNOWN = new LinuxRelease("", "", "");

    /** Files of a line that says it, with the distribution that has them; specific ones first. */
    private static final String[][] LEGACY = {
        {"/etc/oracle-release", "ol"},
        {"/etc/rocky-release", "rocky"},
        {"/etc/almalinux-release", "almalinux"},
        {"/etc/centos-release", "centos"},
        {"/etc/fedora-release", "fedora"},
        {"/etc/mageia-release", "mageia"},
        {"/etc/mandriva-release", "mandriva"},
        {"/etc/mandrake-release", "mandrake"},
        {"/etc/pld-release", "pld"},
        {"/etc/altlinux-release", "altlinux"},
        {"/etc/frugalware-release", "frugalware"},
        {"/etc/meego-release", "meego"},
        {"/etc/redhat-release", ""},
        {"/etc/SuSE-release", "suse"},
        {"/etc/gentoo-release", "gentoo"},
        {"/etc/slackware-version", "slackware"},
        {"/etc/alpine-release", "alpine"},
        {"/etc/arch-release", "arch"},
        {"/etc/cirros/version", "cirros"},
        {"/etc/ttylinux-target", "ttylinux"},
        {"/etc/br-version", "buildroot"},
        {"/etc/debian_version", "debian"},
        {"/etc/system-release", ""},
    };

    /** How redhat-release begins, and who writes so. */
    private static final String[][] RED_HATS = {
        {"Red Hat Enterprise", "rhel"},
        {"CentOS", "centos"},
        {"Scientific Linux", "scientific"},
        {"Fedora", "fedora"},
        {"Red Hat Linux", "redhat"},
    };

    private static final int MAX_LINE_BYTES = 300;

    static LinuxRelease of(GuestTree tree) {
        for (String path : new String[] {"/etc/os-release", "/usr/lib/os-release"}) {
            LinuxRelease release = ofSettings(Settings.of(tree, path));
            if (release != null) {
                return release.product.equals("Debian GNU/Linux") ? release.named(tree) : release;
            }
        }
        LinuxRelease legacy = ofLegacyFiles(tree);
        Settings lsb = Settings.of(tree, "/etc/lsb-release");
        boolean better = legacy == null || legacy.distribution.equals("debian");
        if (better && !lsb.get("DISTRIB_ID").isEmpty()) {
            String id = Text.shown(Text.lower(lsb.get("DISTRIB_ID")));
            String description = lsb.get("DISTRIB_DESCRIPTION");
            String product = description.isEmpty() ? lsb.get("DISTRIB_ID") : description;
            return new LinuxRelease(id, Text.shown(product), Text.shown(lsb.get("DISTRIB_RELEASE")));
        }
        return legacy == null ? UNKNOWN : legacy;
    }

    /** What os-release(5) says; null if that is nothing. */
    static @Nullable LinuxRelease ofSettings(Settings release) {
        String name = release.get("NAME");
        if (name.isEmpty() && release.get("ID").isEmpty()) {
            return null;
        }
        String pretty = release.get("PRETTY_NAME");
        String product = pretty.isEmpty() ? name + " " + release.get("VERSION") : pretty;
        return new LinuxRelease(
                Text.shown(release.get("ID")), Text.shown(product), Text.shown(release.get("VERSION_ID")));
    }

    /** Debian before its release has no number in os-release. */
    private LinuxRelease named(GuestTree tree) {
        String version = firstLine(tree, "/etc/debian_version");
        return version == null ? this : new LinuxRelease(distribution, product + " " + version, version);
    }

    private static @Nullable LinuxRelease ofLegacyFiles(GuestTree tree) {
        for (String[] file : LEGACY) {
            String line = firstLine(tree, file[0]);
            if (line != null) {
                String id = file[1].isEmpty() ? redHat(line) : file[1];
                boolean versionOnly = line.isEmpty() || Text.isDigit(line.charAt(0)) || line.indexOf(' ') < 0;
                String title = versionOnly ? title(id) + " " + line : line;
                String number = Text.firstNumber(line);
                return new LinuxRelease(id, title.strip(), number.isEmpty() && versionOnly ? line : number);
            }
        }
        return null;
    }

    private static String redHat(String line) {
        for (String[] start : RED_HATS) {
            if (line.startsWith(start[0])) {
                return start[1];
            }
        }
        return "redhat";
    }

    private static String title(String id) {
        return switch (id) {
            case "alpine" -> "Alpine Linux";
            case "arch" -> "Arch Linux";
            case "debian" -> "Debian GNU/Linux";
            case "cirros" -> "CirrOS";
            case "buildroot" -> "Buildroot";
            default -> id;
        };
    }

    private static @Nullable String firstLine(GuestTree tree, String path) {
        String text = tree.read(path, MAX_LINE_BYTES);
        if (text == null) {
            return null;
        }
        int end = text.indexOf('\n');
        return Text.shown(end < 0 ? text : text.substring(0, end));
    }
}
