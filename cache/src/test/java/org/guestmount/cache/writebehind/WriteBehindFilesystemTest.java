package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.Timestamp;
import org.guestmount.core.fs.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is put off, what files look like until it is done, and who hears of its failure. */
class WriteBehindFilesystemTest extends WriteBehindSupport {
    @Test
    void aNewFileTakesCreatingItAndOneUpdateThatNobodyWaitsFor() throws Exception {
        FileHandle file = create(FILE);
        write(file, "some ");
        write(file, 5, "text");
        filesystem.setattr(FILE, OLD);
        filesystem.setattr(FILE, AttributeChange.ofOwner(5, 6));
        filesystem.setattr(file, AttributeChange.ofMode(04755));
        filesystem.flush(file);
        close(file);

        assertThat(backend.take()).containsExactly("create /file", "statfs /file", "update /file 0+9 setattr release");
        guest.doHeld();
        FileAttributes attributes = filesystem.getattr(FILE);
        assertThat(attributes.mode()).isEqualTo(0104755);
        assertThat(List.of(attributes.uid(), attributes.gid())).containsExactly(5, 6);
        assertThat(attributes.modified()).isEqualTo(new Timestamp(3, 4));
        assertThat(attributes.size()).isEqualTo(9);
        assertThat(content(FILE)).isEqualTo("some text");
    }

    @Test
    void attributesSetAfterClosingGoWithIt() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.flush(file);
        filesystem.release(file);
        filesystem.setattr(FILE, OLD);
        filesystem.setattr(FILE, AttributeChange.ofMode(0640));
        create(OTHER);

        assertThat(backend.take())
                .containsExactly("create /file", "statfs /file", "create /other", "update /file 0+4 setattr release");
        guest.doHeld();
        assertThat(filesystem.getattr(FILE).mode()).isEqualTo(0100640);
        assertThat(filesystem.getattr(FILE).modified()).isEqualTo(new Timestamp(3, 4));
    }

    private void setAccessList(GuestPath path, int... permissions) throws GuestFilesystemException {
        filesystem.setxattr(path, ACCESS_LIST, accessList(permissions), XattrMode.CREATE_OR_REPLACE);
    }

    /** The filesystem is seen to take access lists. */
    private void takeAnAccessList() throws Exception {
        FileHandle first = create(OTHER);
        setAccessList(OTHER, 6, 4, 0);
        close(first);
        guest.doHeld();
        // What files inherit is of interest only where lists are taken.
        assertThat(backend.take()).noneMatch(request -> request.startsWith("getxattr"));
    }

    @Test
    void anAccessListOfPermissionsIsAChmodOnceOneWasTaken() throws Exception {
        takeAnAccessList();

        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.setattr(file, AttributeChange.ofMode(04755));
        setAccessList(FILE, 6, 4, 0);
        filesystem.flush(file);
        close(file);

        assertThat(backend.take())
                .containsExactly(
                        "create /file",
                        "statfs /file",
                        "getxattr / system.posix_acl_default",
                        "update /file 0+4 setattr release");
        guest.doHeld();
        assertThat(filesystem.getattr(FILE).mode()).isEqualTo(0104640);
        assertThat(filesystem.listxattr(FILE)).isEmpty();
        assertThat(filesystem.listxattr(OTHER)).containsExactly(ACCESS_LIST);
    }

    @Test
    void otherAccessListsAreSetInTheGuest() throws Exception {
        takeAnAccessList();
        FileHandle file = create(FILE);

        setAccessList(FILE, 6, 4, 0, 7);
        filesystem.setxattr(FILE, ACCESS_LIST, accessList(6, 4, 0), XattrMode.REPLACE);
        filesystem.setxattr(FILE, ACCESS_LIST, new byte[28], XattrMode.CREATE_OR_REPLACE);
        close(file);

        assertThat(backend.take()).filteredOn(o -> o.startsWith("setxattr")).hasSize(3);
    }

    @Test
    void whereFilesInheritAnAccessListItIsSetInTheGuest() throws Exception {
        takeAnAccessList();
        FileHandle before = create(FILE);
        filesystem.setxattr(
                GuestPath.ROOT, "system.posix_acl_default", accessList(7, 7, 7, 7), XattrMode.CREATE_OR_REPLACE);
        FileHandle after = create(GuestPath.of("/after"));
        backend.take();

        setAccessList(FILE, 6, 4, 0);
        setAccessList(GuestPath.of("/after"), 6, 4, 0);
        filesystem.removexattr(GuestPath.ROOT, "system.posix_acl_default");
        setAccessList(GuestPath.of("/after"), 6, 4, 4);
        close(before);
        close(after);

        assertThat(backend.take()).filteredOn(o -> o.startsWith("setxattr")).hasSize(3);
    }

    @Test
    void anEmptyFileTakesNoQuestionForSpace() throws Exception {
        FileHandle file = create(FILE);
        filesystem.setattr(FILE, OLD);
        filesystem.flush(file);
        close(file);

        assertThat(backend.take()).containsExactly("create /file", "update /file 0+0 setattr release");
    }

    @Test
    void whatIsNotConfirmedIsSaidToBeProvisional() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");

        FileAttributes expected = filesystem.setattr(FILE, AttributeChange.ofMode(0640));

        assertThat(expected.provisional()).isTrue();
        assertThat(expected.mode()).isEqualTo(0100640);
        assertThat(expected.size()).isEqualTo(4);
        CompletableFuture<Boolean> provisional = inBackground(
                () -> filesystem.setattr(file, AttributeChange.ofSize(2)).provisional());
        assertThat(finish(provisional)).isFalse();
    }

    @Test
    void chownAfterChmodClearsTheSetuidBitAsItWould() throws Exception {
        FileHandle file = create(FILE);
        filesystem.setattr(FILE, AttributeChange.ofMode(06755));

        FileAttributes expected = finish(inBackground(() -> filesystem.setattr(FILE, AttributeChange.ofOwner(1, 1))));
        close(file);
        guest.doHeld();

        assertThat(expected.mode()).isEqualTo(0100755);
        assertThat(filesystem.getattr(FILE).mode()).isEqualTo(0100755);
    }

    @Test
    void writingAfterSettingTimesChangesThem() throws Exception {
        FileHandle file = create(FILE);
        filesystem.setattr(FILE, OLD);
        finish(inBackground(() -> filesystem.write(file, 0, ByteBuffer.allocate(1))));
        close(file);
        guest.doHeld();

        assertThat(filesystem.getattr(FILE).modified()).isNotEqualTo(new Timestamp(3, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {OpenFlags.SYNC, OpenFlags.DSYNC, OpenFlags.APPEND})
    void whoAsksForItGetsEachWriteDone(int flag) throws Exception {
        FileHandle file = filesystem
                .create(FILE, new OpenFlags(NEW.bits() | flag), 0600, Credentials.ROOT)
                .handle();
        write(file, "text");

        assertThat(backend.take()).containsExactly("create /file", "write /file 0+4");
    }

    @Test
    void aFileThatExistedIsWrittenAtOnce() throws Exception {
        FileHandle file = filesystem
                .create(GuestPath.of("/first"), OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();
        write(file, "text");

        assertThat(backend.take()).containsExactly("create /first", "create /first", "write /first 0+4");
    }

    @Test
    void aFileMadeWithoutInsistingIsNewAllTheSame() throws Exception {
        FileHandle file = filesystem
                .create(FILE, OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();
        write(file, "text");
        close(file);

        assertThat(backend.take()).containsExactly("create /file", "statfs /file", "update /file 0+4 setattr release");
    }

    @Test
    void aRefusalIsAnsweredWhereOwnersAreNotStored() throws Exception {
        GuestFilesystem vfat = new ForwardingGuestFilesystem(memory) {
            @Override
            public FileAttributes setattr(FileReference file, AttributeChange change) throws GuestFilesystemException {
                if (change.uid() != null && change.uid() != 0) {
                    throw GuestFilesystemException.of(Errno.EPERM, "chown", file);
                }
                return super.setattr(file, change);
            }
        };
        WriteBehindFilesystem above = new WriteBehindFilesystem(vfat);
        for (GuestPath path : List.of(FILE, OTHER)) {
            above.create(path, NEW, 0600, Credentials.ROOT);
            above.setattr(path, AttributeChange.ofOwner(0, 0));

            assertFails(Errno.EPERM, () -> above.setattr(path, AttributeChange.ofOwner(1, 1)));
        }
        above.close();
    }

    @Test
    void aWriteWhereTheGuestMayRefuseIsDoneAtOnce() throws Exception {
        FileHandle file = create(FILE);

        assertFails(Errno.EINVAL, () -> filesystem.write(file, -1, ByteBuffer.allocate(1)));
        assertFails(Errno.EFBIG, () -> filesystem.write(file, Long.MAX_VALUE - 1, ByteBuffer.allocate(1)));
    }

    @Test
    void aFailureIsToldToTheNextWrite() throws Exception {
        FileHandle file = failLater("text");

        assertFails(Errno.EIO, () -> write(file, "more"));
        write(file, "more");
        filesystem.flush(file);
        close(file);
        guest.doHeld();
        filesystem.close();
    }

    @Test
    void aFailureIsToldToTheNextFlush() throws Exception {
        FileHandle file = failLater("text");

        assertFails(Errno.EIO, () -> filesystem.flush(file));
        filesystem.flush(file);
    }

    @Test
    void aFailureIsToldToTheNextFsync() throws Exception {
        FileHandle file = failLater("text");

        assertFails(Errno.EIO, () -> filesystem.fsync(file, false));
        filesystem.fsync(file, false);
    }

    /** An open file of which something failed, though nobody was told. */
    private FileHandle failLater(String text) throws GuestFilesystemException {
        FileHandle file = create(FILE);
        write(file, text);
        age();
        guest.fail(Errno.EIO);
        guest.doHeld();
        guest.fail(null);
        return file;
    }

    @Test
    void aFailureNobodyIsLeftToHearOfIsToldToWhoeverSyncsAndAtTheEnd() throws Exception {
        FileHandle file = create(FILE);
        write(file, "text");
        filesystem.flush(file);
        close(file);
        guest.fail(Errno.EDQUOT);
        guest.doHeld();
        guest.fail(null);

        assertFails(Errno.EDQUOT, () -> filesystem.fsync(GuestPath.ROOT, false));
        filesystem.fsync(GuestPath.ROOT, false);
        assertFails(Errno.EDQUOT, filesystem::close);
    }
}
