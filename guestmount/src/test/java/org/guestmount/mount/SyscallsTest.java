package org.guestmount.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.stream.Stream;
import org.guestmount.cache.CacheConfig;
import org.guestmount.cache.CachingFilesystem;
import org.guestmount.cache.writebehind.WriteBehindFilesystem;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs use a mount; each check is a function of syscalls.py, which also holds on the host's own filesystems. */
// The mounts are made before all tests.
@SuppressWarnings("NullAway.Init")
class SyscallsTest {
    /** What libfuse 2 cannot do: it has neither SEEK_HOLE nor rename flags, and caches the data of each name alone. */
    private static final Set<String> BEYOND_LIBFUSE =
            Set.of("holes_are_found", "rename_flags_are_kept", "hard_links_agree_at_once");

    private static final InMemoryGuestFilesystem GUEST = new InMemoryGuestFilesystem();

    private static TestMount mount;
    private static TestMount mountThroughLibfuse;
    private static TestMount mountThroughCaches;

    @BeforeAll
    static void mount() throws IOException, InterruptedException {
        mount = TestMount.readWrite(GUEST);
        mountThroughCaches = TestMount.readWrite(
                new CachingFilesystem(new WriteBehindFilesystem(new InMemoryGuestFilesystem()), CacheConfig.DEFAULT));
        mountThroughLibfuse = TestMount.throughLibfuse(new InMemoryGuestFilesystem());
    }

    @AfterAll
    static void unmount() throws IOException {
        mount.close();
        mountThroughLibfuse.close();
        mountThroughCaches.close();
        assertThat(GUEST.openHandles()).isZero();
    }

    static Stream<String> checks() {
        return Stream.of(
                "unlinked_file_stays_usable",
                "unlinked_file_follows_a_renamed_directory",
                "replaced_file_stays_usable",
                "appends_go_to_the_end",
                "mapped_writes_stay_in_place",
                "names_are_bytes",
                "times_are_exact",
                "xattrs_keep_their_flags",
                "hard_links_agree_at_once",
                "reused_inode_numbers_do_not_bring_old_data_back",
                "parents_follow_their_children",
                "open_files_follow_a_renamed_directory",
                "special_files_keep_their_numbers",
                "holes_are_found",
                "rename_flags_are_kept",
                "large_files_are_exact",
                "listings_are_whole",
                "a_listing_does_not_bring_removed_names_back",
                "access_agrees_with_what_works",
                "statfs_answers",
                "new_files_are_what_was_done_to_them",
                "clients_in_parallel");
    }

    static Stream<String> checksForLibfuse() {
        return checks().filter(check -> !BEYOND_LIBFUSE.contains(check));
    }

    @ParameterizedTest
    @MethodSource("checks")
    void programsGetWhatTheyExpect(String check) throws IOException, InterruptedException {
        run(mount, check);
    }

    @ParameterizedTest
    @MethodSource("checks")
    void programsGetWhatTheyExpectThroughCaches(String check) throws IOException, InterruptedException {
        run(mountThroughCaches, check);
    }

    @ParameterizedTest
    @MethodSource("checksForLibfuse")
    void programsGetWhatTheyExpectThroughLibfuse(String check) throws IOException, InterruptedException {
        run(mountThroughLibfuse, check);
    }

    @Test
    void setIdBitsGoWhenOthersChangeTheFile() throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "acts as another user");
        try (TestMount shared = TestMount.readWrite(new InMemoryGuestFilesystem(), "allow_other")) {
            run(shared, "set_id_bits_go_when_others_change_the_file");
        }
    }

    private static void run(TestMount mount, String check) throws IOException, InterruptedException {
        mount.checkIn(check, Files.createDirectory(mount.mountpoint.resolve(check)));
    }
}
