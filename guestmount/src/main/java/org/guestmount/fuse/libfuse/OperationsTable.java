package org.guestmount.fuse.libfuse;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * {@code struct fuse_operations} of libfuse 2.9 on a 64-bit machine, filled with callbacks.
 *
 * <p>It is laid out here because jnr-fuse types the callbacks so that paths are decoded, and takes the flags, which are
 * bits of one int, for bytes. libfuse copies the table but not what it points to: the callbacks live as long as this
 * object, which must be kept until the session has ended.
 */
final class OperationsTable {
    static final int SIZE = 360;

    /** The bits {@code flag_nullpath_ok}, {@code flag_nopath} and {@code flag_utime_omit_ok}. */
    static final int FLAGS = 0b111;

    static final int FLAGS_OFFSET = 304;

    /** The callbacks in use, in the order of the structure, with the index of each among its pointers. */
    enum Slot {
        GETATTR(0),
        READLINK(1),
        MKNOD(3),
        MKDIR(4),
        UNLINK(5),
        RMDIR(6),
        SYMLINK(7),
        RENAME(8),
        LINK(9),
        CHMOD(10),
        CHOWN(11),
        TRUNCATE(12),
        OPEN(14),
        READ(15),
        WRITE(16),
        STATFS(17),
        FLUSH(18),
        RELEASE(19),
        FSYNC(20),
        SETXATTR(21),
        GETXATTR(22),
        LISTXATTR(23),
        REMOVEXATTR(24),
        OPENDIR(25),
        READDIR(26),
        RELEASEDIR(27),
        FSYNCDIR(28),
        INIT(29),
        ACCESS(31),
        CREATE(32),
        FTRUNCATE(33),
        FGETATTR(34),
        UTIMENS(36),
        FALLOCATE(44);

        private final int index;

        Slot(int index) {
            this.index = index;
        }

        int offset() {
            return index * Long.BYTES;
        }
    }

    private final Runtime runtime;
    private final Pointer memory;
    private final List<Callback> kept = new ArrayList<>();

    OperationsTable(Runtime runtime) {
        this.runtime = runtime;
        this.memory = Memory.allocateDirect(runtime, SIZE, true);
        memory.putInt(FLAGS_OFFSET, FLAGS);
    }

    <T extends Callback> void set(Slot slot, Class<T> shape, T callback) {
        // jnr-ffi holds callbacks weakly.
        kept.add(callback);
        memory.putPointer(slot.offset(), runtime.getClosureManager().getClosurePointer(shape, callback));
    }

    Pointer memory() {
        return memory;
    }
}
