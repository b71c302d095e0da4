package org.guestmount.fuse.libfuse;

import static org.assertj.core.api.Assertions.assertThat;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.fuse.libfuse.OperationsTable.Slot;
import org.junit.jupiter.api.Test;
import ru.serce.jnrfuse.struct.FileStat;

/** Sizes and offsets as a C compiler gives them on x86-64 for fuse.h of libfuse 2.9 and sys/stat.h. */
class OperationsTableTest {
    private final Runtime runtime = Runtime.getSystemRuntime();

    @Test
    void callbacksLieWhereLibfuseLooks() {
        assertThat(Slot.GETATTR.offset()).isZero();
        assertThat(Slot.MKNOD.offset()).isEqualTo(24);
        assertThat(Slot.OPEN.offset()).isEqualTo(112);
        assertThat(Slot.INIT.offset()).isEqualTo(232);
        assertThat(Slot.UTIMENS.offset()).isEqualTo(288);
        assertThat(Slot.FALLOCATE.offset()).isEqualTo(352);
        assertThat(OperationsTable.SIZE).isEqualTo(360);
    }

    @Test
    void flagsAreTheBitsOfOneInt() {
        Pointer table = new OperationsTable(runtime).memory();

        assertThat(table.getInt(304)).isEqualTo(0b111);
        assertThat(table.getInt(308)).isZero();
    }

    @Test
    void unsetCallbacksAreNull() {
        OperationsTable table = new OperationsTable(runtime);
        table.set(Slot.UNLINK, Callback.P.class, path -> 0);

        assertThat(table.memory().getLong(Slot.UNLINK.offset())).isNotZero();
        assertThat(table.memory().getLong(Slot.RMDIR.offset())).isZero();
    }

    @Test
    void fileInfoKeepsItsOtherBits() {
        Pointer memory = Memory.allocateDirect(runtime, 40, true);
        memory.putInt(20, 0b1000);
        FileInfo info = new FileInfo(memory);
        info.setHandle(7);
        info.keepCache();

        assertThat(memory.getInt(20)).isEqualTo(0b1010);
        assertThat(memory.getLong(24)).isEqualTo(7);
    }

    @Test
    void statIsLaidOutAsTheCLibraryHasIt() {
        FileStat stat = new FileStat(runtime);
        Pointer memory = Memory.allocateDirect(runtime, Struct.size(stat), true);
        stat.useMemory(memory);
        Timestamp time = new Timestamp(-5, 999_999_999);
        NativeStructs.putStat(
                stat, new FileAttributes(1, 2, 0100644, 3, 4, 5, 6, 1L << 40, 8, 4096, time, time, time), 1L << 50);

        assertThat(Struct.size(stat)).isEqualTo(144);
        assertThat(memory.getLong(8)).isEqualTo(1L << 50);
        assertThat(memory.getLong(16)).isEqualTo(3);
        assertThat(memory.getInt(24)).isEqualTo(0100644);
        assertThat(memory.getInt(28)).isEqualTo(4);
        assertThat(memory.getInt(32)).isEqualTo(5);
        assertThat(memory.getLong(40)).isEqualTo(6);
        assertThat(memory.getLong(48)).isEqualTo(1L << 40);
        assertThat(memory.getLong(56)).isEqualTo(4096);
        assertThat(memory.getLong(64)).isEqualTo(8);
        assertThat(memory.getLong(88)).isEqualTo(-5);
        assertThat(memory.getLong(96)).isEqualTo(999_999_999);
    }
}
