package org.guestmount.cache.writebehind;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.junit.jupiter.api.BeforeEach;

/** What tests of {@link DraftFilesystem} share: a directory in which files are put off. */
abstract class DraftSupport extends WriteBehindSupport {
    static final GuestPath DIRECTORY = GuestPath.of("/directory");
    static final GuestPath DRAFT = DIRECTORY.resolve("draft");
    static final GuestPath SECOND = DIRECTORY.resolve("second");

    final CachingFilesystem cached = new CachingFilesystem(filesystem, CacheConfig.DEFAULT);
    final DraftFilesystem drafts = new DraftFilesystem(cached, cached, nanoTime::get);

    @BeforeEach
    void makeDirectory() throws GuestFilesystemException {
        // Names of one with letters tell that they are compared exactly.
        drafts.mkdir(GuestPath.of("/letters"), 0755, Credentials.ROOT);
        assertFails(Errno.ENOENT, () -> drafts.lookup(DIRECTORY));
        drafts.mkdir(DIRECTORY, 0755, Credentials.ROOT);
        drafts.statfs(DIRECTORY);
        makeDraft(DIRECTORY.resolve("first"));
        GuestPath first = DIRECTORY.resolve("first");
        finish(inBackground(() -> drafts.setattr(first, new AttributeChange(null, 7, 7, 0777, null, null))));
        sync();
        drafts.getattr(DIRECTORY);
        backend.take();
    }

    FileHandle createDraft(GuestPath path) throws GuestFilesystemException {
        return drafts.create(path, NEW, 0600, Credentials.ROOT).handle();
    }

    void makeDraft(GuestPath path) throws GuestFilesystemException {
        FileHandle file = createDraft(path);
        drafts.write(file, 0, bytes("text"));
        drafts.flush(file);
        drafts.release(file);
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    void sync() throws GuestFilesystemException {
        sync(drafts);
    }

    void sync(GuestFilesystem of) throws GuestFilesystemException {
        finish(inBackground(() -> {
            of.sync();
            return "synced";
        }));
    }

    void close() throws GuestFilesystemException {
        finish(inBackground(() -> {
            drafts.close();
            return "closed";
        }));
    }

    /** Something done to a draft or beside it. */
    @FunctionalInterface
    interface Use {
        void of(GuestFilesystem filesystem) throws GuestFilesystemException;
    }

    /** What may fail after it has waited, for one of these reasons. */
    void assertWaits(Use observer, Errno... reasons) throws Exception {
        CompletableFuture<String> observed = inBackground(() -> {
            observer.of(drafts);
            return "done";
        });

        while (guest.held() == 0 && !observed.isDone()) {
            Thread.onSpinWait();
        }
        assertThat(observed).isNotDone();
        try {
            finish(observed);
        } catch (GuestFilesystemException e) {
            assertThat(e.errno()).isIn((Object[]) reasons);
        }
    }
}
