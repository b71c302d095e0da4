package org.guestmount.core.protocol;

/**
 * The first thing each end says. A connection goes on only if both speak the same version.
 *
 * @param version the sender's {@link #VERSION}
 * @param release for people: the daemon's kernel release, the host's program version
 * @param windowBytes how much of the host's memory this end can use as its own, see {@link WindowPart}; 0 if none
 */
public record Hello(int version, String release, int windowBytes) {
    /** Raised with every change of a message's form. */
    public static final int VERSION = 3;

    private static final int FIRST_WITH_WINDOW = 2;

    /** {@code "GMNT"}. */
    private static final int MAGIC = 0x474D4E54;

    /** Of an end without a window. */
    public static Hello of(String release) {
        return of(release, 0);
    }

    public static Hello of(String release, int windowBytes) {
        return new Hello(VERSION, release, windowBytes);
    }

    public void encode(WireWriter out) {
        out.i32(MAGIC).u16(version).text(release).i32(windowBytes);
    }

    /** Reads a hello; what a later version may add after it is ignored. */
    public static Hello decode(WireReader in) throws ProtocolException {
        int magic = in.i32();
        if (magic != MAGIC) {
            throw new ProtocolException("not a hello: " + Integer.toHexString(magic));
        }
        int version = in.u16();
        String release = in.text();
        return new Hello(version, release, version < FIRST_WITH_WINDOW ? 0 : in.i32());
    }

    /** Checks that the other end can be talked to. */
    public void requireCompatible() throws ProtocolException {
        if (version != VERSION) {
            throw new ProtocolException("the other end speaks protocol version " + version + ", this one " + VERSION);
        }
    }
}
