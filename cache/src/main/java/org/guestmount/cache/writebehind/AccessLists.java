package org.guestmount.cache.writebehind;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.XattrMode;

/**
 * Access control lists that say no more than permission bits. {@code cp -a} gives every file one; where nothing was inherited, the kernel
 * makes a chmod(2) of it.
 *
 * <p>Source: acl(5); include/uapi/linux/posix_acl.h and posix_acl_xattr.h of the Linux kernel.
 */
final class AccessLists {
    private static final String ACCESS = "system.posix_acl_access";
    private static final String DEFAULT = "system.posix_acl_default";

    private static final int VERSION = 2;
    private static final int BYTES = 4 + 3 * 8;

    /** The tags of owner, group and others, in the order in which the kernel wants them. */
    private static final int[] TAGS = {0x01, 0x04, 0x20};

    /** S_ISUID, S_ISGID, S_ISVTX. */
    private static final int SPECIAL_BITS = 07000;

    /** More are forgotten at once. */
    private static final int MAX_DIRECTORIES = 10_000;

    private final GuestFilesystem guest;

    /** Devices on which one was set without complaint. */
    private final Set<Long> taken = ConcurrentHashMap.newKeySet();

    /** Directories in which files inherit nothing. */
    private final Set<GuestPath> plain = ConcurrentHashMap.newKeySet();

    AccessLists(GuestFilesystem guest) {
        this.guest = guest;
    }

    /** The permission bits that a list is equal to, 0 to 0777; -1 if it is no such list. */
    static int permissions(String name, byte[] value, XattrMode mode) {
        if (!name.equals(ACCESS) || value.length != BYTES || mode != XattrMode.CREATE_OR_REPLACE) {
            return -1;
        }
        ByteBuffer list = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        boolean minimal = list.getInt() == VERSION;
        int permissions = 0;
        for (int tag : TAGS) {
            minimal &= list.getShort() == tag;
            int granted = list.getShort();
            minimal &= (granted & ~07) == 0;
            permissions = permissions << 3 | granted;
            list.getInt();
        }
        return minimal ? permissions : -1;
    }

    /** What setting such a list changes. */
    static AttributeChange change(FileAttributes before, int permissions) {
        return AttributeChange.ofMode((before.mode() & SPECIAL_BITS) | permissions);
    }

    /** Whether that is what files inherit. */
    static boolean isInherited(String name) {
        return name.equals(DEFAULT);
    }

    /** A list was set on a file of this device. */
    void wasTaken(long device) {
        taken.add(device);
    }

    /** Whether setting such a list on a file that was made in this directory, of this device, is a chmod(2). */
    boolean areChmod(long device, GuestPath directory) {
        return taken.contains(device) && inheritsNothing(directory);
    }

    /** Whether files that are made in a directory inherit no list; asks the guest once. */
    private boolean inheritsNothing(GuestPath directory) {
        if (plain.contains(directory)) {
            return true;
        }
        try {
            guest.getxattr(directory, DEFAULT);
            return false;
        } catch (GuestFilesystemException e) {
            if (e.errno() != Errno.ENODATA) {
                return false;
            }
        }
        if (plain.size() >= MAX_DIRECTORIES) {
            plain.clear();
        }
        plain.add(directory);
        return true;
    }

    /** This xattr is about to be set: files may come to inherit something. */
    void beforeSetting(String name) {
        if (isInherited(name)) {
            plain.clear();
        }
    }

    /** Paths are about to stand for other directories. */
    void beforeDirectoriesMove() {
        plain.clear();
    }
}
