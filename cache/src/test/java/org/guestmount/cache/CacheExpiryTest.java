package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.core.fs.RenameMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link CacheConfig#ttl}, told by changes behind the cache's back. */
class CacheExpiryTest {
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final GuestPath DIR = GuestPath.of("/dir");

    private final AtomicLong nanos = new AtomicLong();
    private final GuestFilesystem guest = new InMemoryGuestFilesystem();
    private final RecordingGuestFilesystem asked = new RecordingGuestFilesystem(guest);
    private final GuestFilesystem cached =
            new CachingFilesystem(asked, new CacheConfig(TTL, CacheConfig.DEFAULT_MAX_BYTES), nanos::get);

    @BeforeEach
    void makeDirectory() throws GuestFilesystemException {
        guest.mkdir(DIR, 0755, Credentials.ROOT);
        cached.lookup(DIR);
        asked.take();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void attributesAreAskedAgainWhenTheyAreOld() throws Exception {
        guest.setattr(DIR, AttributeChange.ofMode(0700));

        pass(TTL.minusNanos(1));
        assertThat(cached.getattr(DIR).mode()).isEqualTo(040755);

        pass(Duration.ofNanos(1));
        assertThat(cached.getattr(DIR).mode()).isEqualTo(040700);
    }

    @Test
    void aListingGoesOnAlthoughItsDirectorysNameIsForgotten() throws Exception {
        MeanwhileFilesystem line = new MeanwhileFilesystem(guest);
        GuestFilesystem overLine =
                new CachingFilesystem(line, new CacheConfig(TTL, CacheConfig.DEFAULT_MAX_BYTES), nanos::get);
        guest.mkdir(DIR.resolve("a"), 0755, Credentials.ROOT);
        guest.mkdir(DIR.resolve("b"), 0755, Credentials.ROOT);
        overLine.lookup(DIR);
        overLine.readDirectory(DIR, 1 << 20);
        FileHandle next = Objects.requireNonNull(overLine.readDirectory(DIR, 1).next());

        pass(TTL);
        // A change beside it, so that what is asked of the directory on the way is not kept.
        line.afterNext(() -> {
            try {
                overLine.setattr(DIR, AttributeChange.ofMode(0700));
                overLine.rename(DIR, GuestPath.of("/moved"), RenameMode.REPLACE);
                overLine.rename(GuestPath.of("/moved"), DIR, RenameMode.REPLACE);
            } catch (GuestFilesystemException e) {
                throw new AssertionError(e);
            }
        });

        assertThat(overLine.readDirectory(next, 1 << 20).entries()).hasSize(1);
    }

    @Test
    void lookingAtThemOrChangingOthersDoesNotKeepThemYoung() throws Exception {
        pass(TTL.dividedBy(2));
        cached.getattr(DIR);
        cached.mkdir(GuestPath.of("/other"), 0755, Credentials.ROOT);
        guest.rmdir(DIR);

        pass(TTL.dividedBy(2));

        assertThat(cached.readDirectory(GuestPath.ROOT, 1 << 20).entries())
                .extracting(entry -> entry.name())
                .containsExactly("other");
    }

    @Test
    void aListingIsAskedAgainWhenItIsOld() throws Exception {
        cached.readDirectory(GuestPath.ROOT, 1 << 20);
        guest.mkdir(GuestPath.of("/new"), 0755, Credentials.ROOT);

        pass(TTL);

        assertThat(cached.readDirectory(GuestPath.ROOT, 1 << 20).entries()).hasSize(2);
        assertThat(cached.lookup(GuestPath.of("/new"))).isNotNull();
    }

    @Test
    void withoutATimeNothingIsRemembered() throws Exception {
        GuestFilesystem uncached = new CachingFilesystem(asked, new CacheConfig(Duration.ZERO, 1 << 20));

        uncached.lookup(DIR);
        uncached.lookup(DIR);

        assertThat(asked.take()).containsExactly("lookup /dir", "lookup /dir");
    }
}
