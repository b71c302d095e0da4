package org.guestmount.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs use a mount; each check is a function of syscalls.py, which also holds on the host's own filesystems. */
class SyscallsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unlinked_file_stays_usable",
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
                "clients_in_parallel",
            })
    void programsGetWhatTheyExpect(String check) throws IOException, InterruptedException {
        InMemoryGuestFilesystem guest = new InMemoryGuestFilesystem();
        try (TestMount mount = TestMount.readWrite(guest)) {
            mount.check(check);
        }
        assertThat(guest.openHandles()).isZero();
    }
}
