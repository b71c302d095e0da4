package org.guestmount.core.protocol;

/**
 * The first thing each end says. A connection goes on only if both speak the same version.
 *
 * @param version the sender's {@link #VERSION}
 * @param release for people: the daemon's kernel release, the host's program version
 */
public record Hello(int version, String release) {
    /** Raised with every change of a message's form. */
    public static final int VERSION = 1;

    /** {@code "GMNT"}. */
    private static final int MAGIC = 0x474D4E54;

    public static Hello of(String release) {
        return new Hello(VERSION, release);
    }

    public void encode(WireWriter out) {
        out.i32(MAGIC).u16(version).text(release);
    }

    /** Reads a hello; what a later version may add after it is ignored. */
    public static Hello decode(WireReader in) throws ProtocolException {
        int magic = in.i32();
        if (magic != MAGIC) {
            throw new ProtocolException("not a hello: " + Integer.toHexString(magic));
        }
        return new Hello(in.u16(), in.text());
    }

    /** Checks that the other end can be talked to. */
    public void requireCompatible() throws ProtocolException {
        if (version != VERSION) {
            throw new ProtocolException("the other end speaks protocol version " + version + ", this one " + VERSION);
        }
    }
}
