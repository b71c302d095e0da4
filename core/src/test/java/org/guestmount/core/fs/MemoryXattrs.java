package org.guestmount.core.fs;

import static org.guestmount.core.fs.InMemoryGuestFilesystem.require;

/** Extended attributes by the rules of xattr(7), the caller being root. */
final class MemoryXattrs {
    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_VALUE_BYTES = 65_536;

    private MemoryXattrs() {}

    static byte[] get(MemoryInode inode, Object subject, String name) throws GuestFilesystemException {
        checkName("getxattr", subject, name);
        byte[] value = inode.xattrs.get(name);
        if (value == null) {
            throw GuestFilesystemException.of(Errno.ENODATA, "getxattr", subject);
        }
        return value.clone();
    }

    static void set(MemoryInode inode, Object subject, String name, byte[] value, XattrMode mode)
            throws GuestFilesystemException {
        checkName("setxattr", subject, name);
        checkMayChange("setxattr", inode, subject, name);
        require(value.length <= MAX_VALUE_BYTES, Errno.E2BIG, "setxattr", subject);
        boolean exists = inode.xattrs.containsKey(name);
        require(!(exists && mode == XattrMode.CREATE), Errno.EEXIST, "setxattr", subject);
        require(exists || mode != XattrMode.REPLACE, Errno.ENODATA, "setxattr", subject);
        inode.xattrs.put(name, value.clone());
    }

    static void remove(MemoryInode inode, Object subject, String name) throws GuestFilesystemException {
        checkName("removexattr", subject, name);
        checkMayChange("removexattr", inode, subject, name);
        require(inode.xattrs.remove(name) != null, Errno.ENODATA, "removexattr", subject);
    }

    private static void checkName(String operation, Object subject, String name) throws GuestFilesystemException {
        require(!name.isEmpty() && name.length() <= MAX_NAME_BYTES, Errno.ERANGE, operation, subject);
        boolean known = name.startsWith("user.")
                || name.startsWith("trusted.")
                || name.startsWith("security.")
                || name.startsWith("system.posix_acl_");
        require(known, Errno.EOPNOTSUPP, operation, subject);
    }

    /** Attributes of users belong to files and directories only. */
    private static void checkMayChange(String operation, MemoryInode inode, Object subject, String name)
            throws GuestFilesystemException {
        boolean fileOrDirectory = inode.type() == FileType.REGULAR || inode.isDirectory();
        require(fileOrDirectory || !name.startsWith("user."), Errno.EPERM, operation, subject);
    }
}
