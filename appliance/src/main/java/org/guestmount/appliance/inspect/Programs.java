package org.guestmount.appliance.inspect;

/** The machine that a tree's programs are for. */
final class Programs {
    private static final String[] USUAL = {
        "/bin/sh",
        "/usr/bin/sh",
        "/bin/sh",
        "/usr/lib/systemd/systemd",
        "/sbin/init",
        "/bin/busybox",
        "/bin/bash",
        "/hurd/hello"
    };

    private static final int ELF_HEADER_BYTES = 20;
    private static final int ELF_CLASS = 4;
    private static final int ELF_DATA = 5;
    private static final int ELF_MACHINE = 18;
    private static final int BIG_ENDIAN = 2;
    private static final int CLASS_64 = 2;

    private Programs() {}

    /** As {@code uname -m} has it; empty if it cannot be told. */
    static String architecture(GuestTree tree) {
        for (String program : USUAL) {
            String header = tree.read(program, ELF_HEADER_BYTES);
            if (header != null && header.length() == ELF_HEADER_BYTES && header.startsWith("\u007fELF")) {
                return machine(header);
            }
        }
        return "";
    }

    private static String machine(String header) {
        boolean large = header.charAt(ELF_CLASS) == CLASS_64;
        boolean bigEndian = header.charAt(ELF_DATA) == BIG_ENDIAN;
        int first = header.charAt(ELF_MACHINE);
        int second = header.charAt(ELF_MACHINE + 1);
        return switch (bigEndian ? first << 8 | second : second << 8 | first) {
            case 2, 43 -> "sparc64";
            case 3 -> "i686";
            case 8 -> large ? "mips64" : "mips";
            case 20 -> "ppc";
            case 21 -> bigEndian ? "ppc64" : "ppc64le";
            case 22 -> "s390x";
            case 40 -> "armv7l";
            case 62 -> large ? "x86_64" : "x32";
            case 183 -> "aarch64";
            case 243 -> large ? "riscv64" : "riscv32";
            case 258 -> "loongarch64";
            default -> "";
        };
    }
}
