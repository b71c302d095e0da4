package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.junit.jupiter.api.Test;

/** updateLater, once it is done. */
public interface UpdateContract extends ContractSupport {
    @Test
    default void anUpdateWritesThenSetsThenCloses() throws Exception {
        GuestPath path = makeFile("file", "0123456789");
        FileHandle file = openForBoth(path);
        TimeChange time = new TimeChange(new Timestamp(5, 0));
        Integer owner = hasRootCapabilities() ? 4321 : null;
        AttributeChange change = new AttributeChange(null, owner, owner, 04755, time, time);

        fs().updateLater(new FileUpdate(file, 8, ContractSupport.bytes("abcd"), change, true))
                .get();

        FileAttributes attributes = fs().getattr(path);
        assertThat(attributes.mode()).isEqualTo(0104755);
        assertThat(attributes.modified()).isEqualTo(new Timestamp(5, 0));
        assertThat(owner == null ? 4321 : attributes.uid()).isEqualTo(4321);
        assertThat(contentOf(path)).isEqualTo("01234567abcd");
        assertFails(Errno.EBADF, () -> readAt(file, 0, 1));
    }

    @Test
    default void anUpdateTakesTheDataBeforeItReturns() throws Exception {
        GuestPath path = makeFile("file", "");
        FileHandle file = openForBoth(path);
        byte[] content = {'a', 'b', 'c'};

        CompletableFuture<Void> update =
                fs().updateLater(new FileUpdate(file, 0, ByteBuffer.wrap(content), AttributeChange.NONE, false));
        content[0] = 'x';
        update.get();

        assertThat(readAt(file, 0, 10)).isEqualTo("abc");
        fs().release(file);
    }

    @Test
    default void aFailedUpdateSetsNothingAndClosesAllTheSame() throws Exception {
        GuestPath path = makeFile("file", "text");
        FileHandle file = openForReading(path);
        ByteBuffer data = ContractSupport.bytes("more");

        CompletableFuture<Void> update =
                fs().updateLater(new FileUpdate(file, 0, data, AttributeChange.ofMode(0600), true));

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(update::get)
                .withCauseInstanceOf(GuestFilesystemException.class);
        assertThat(fs().getattr(path).mode()).isEqualTo(0100644);
        assertFails(Errno.EBADF, () -> readAt(file, 0, 1));
    }
}
