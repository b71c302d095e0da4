package org.guestmount.core.fs;

/** The type of an inode, the top four bits of its mode. Source: inode(7). */
public enum FileType {
    FIFO(0x1000),
    CHARACTER_DEVICE(0x2000),
    DIRECTORY(0x4000),
    BLOCK_DEVICE(0x6000),
    REGULAR(0x8000),
    SYMBOLIC_LINK(0xA000),
    SOCKET(0xC000);

    /** {@code S_IFMT}: the bits of a mode that hold the type. */
    public static final int MODE_MASK = 0xF000;

    private static final FileType[] BY_NIBBLE = new FileType[16];

    static {
        for (FileType type : values()) {
            BY_NIBBLE[type.modeBits >>> 12] = type;
        }
    }

    private final int modeBits;

    FileType(int modeBits) {
        this.modeBits = modeBits;
    }

    /** The {@code S_IF*} bits. */
    public int modeBits() {
        return modeBits;
    }

    /**
     * The type in a mode's top bits.
     *
     * @throws IllegalArgumentException if the bits name no type; a peer's mode must be checked by the codec
     */
    public static FileType ofMode(int mode) {
        FileType type = BY_NIBBLE[(mode & MODE_MASK) >>> 12];
        if (type == null) {
            throw new IllegalArgumentException("no file type in mode 0" + Integer.toOctalString(mode));
        }
        return type;
    }

    /** Whether the mode's top bits name a type. */
    public static boolean isTyped(int mode) {
        return (mode & ~0xFFFF) == 0 && BY_NIBBLE[(mode & MODE_MASK) >>> 12] != null;
    }
}
