package org.guestmount.core.fs;

import org.jspecify.annotations.Nullable;

/**
 * Which attributes to set; null leaves one as it is. They are applied in the order of the components, so that a chown
 * cannot clear the setuid bit a chmod of the same change sets, and stop at the first failure.
 *
 * @param size new length in bytes, at least 0: what is cut off is lost, what is added is a hole
 * @param uid new owner
 * @param gid new group
 * @param mode new permission bits, 0 to 07777; type bits are ignored
 * @param accessed new access time
 * @param modified new modification time
 */
public record AttributeChange(
        @Nullable Long size,
        @Nullable Integer uid,
        @Nullable Integer gid,
        @Nullable Integer mode,
        @Nullable TimeChange accessed,
        @Nullable TimeChange modified) {
    /** Leaves everything as it is. */
    public static final AttributeChange NONE = new AttributeChange(null, null, null, null, null, null);

    public AttributeChange {
        if (size != null && size < 0) {
            throw new IllegalArgumentException("negative size: " + size);
        }
    }

    /**
     * A time to set.
     *
     * @param time null for the guest's present time, {@code UTIME_NOW} of utimensat(2)
     */
    public record TimeChange(@Nullable Timestamp time) {
        public static final TimeChange NOW = new TimeChange(null);
    }

    public boolean isNone() {
        return equals(NONE);
    }

    public static AttributeChange ofSize(long size) {
        return new AttributeChange(size, null, null, null, null, null);
    }

    public static AttributeChange ofMode(int mode) {
        return new AttributeChange(null, null, null, mode & 07777, null, null);
    }

    public static AttributeChange ofOwner(@Nullable Integer uid, @Nullable Integer gid) {
        return new AttributeChange(null, uid, gid, null, null, null);
    }

    public static AttributeChange ofTimes(@Nullable TimeChange accessed, @Nullable TimeChange modified) {
        return new AttributeChange(null, null, null, null, accessed, modified);
    }
}
