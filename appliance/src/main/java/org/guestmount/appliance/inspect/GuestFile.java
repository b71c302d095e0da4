package org.guestmount.appliance.inspect;

/** A file of the guest, open for reading. */
public interface GuestFile extends AutoCloseable {
    /** In bytes. */
    long size();

    /**
     * Reads until the array is full or the file ends.
     *
     * @return how many bytes were read; fewer also where the file cannot be read
     */
    int read(long position, byte[] into);

    @Override
    void close();
}
