package org.guestmount.mount;

import java.util.List;

/** The options of {@code -o}, for {@code --fuse-help}. */
public final class FuseHelp {
    public static final String TEXT = """
            Options of -o, separated by commas:

            Of the mount, as in mount(8):
              ro rw suid nosuid dev nodev exec noexec atime noatime sync async dirsync
              fsname=NAME                what the mount table shows as its source
              subtype=NAME               and as its type, after "fuse."
              max_read=BYTES             the longest read request
              nonempty                   mount over files that are there

            Who may use it:
              allow_other                other users too, if /etc/fuse.conf has user_allow_other
              allow_root                 root too
              default_permissions        the kernel checks permissions
              uid=N gid=N                all files belong to these
              umask=OCTAL                no file has these permissions

            How long the kernel keeps what it has learned:
              entry_timeout=SECONDS      names
              attr_timeout=SECONDS       attributes
              negative_timeout=SECONDS   that there is no file of a name

            How data is passed:
              max_write=BYTES max_readahead=BYTES max_background=N congestion_threshold=N
              async_read sync_read

            For developers:
              debug                      log each request

            Accepted, without effect because always so or never needed:
              auto_unmount kernel_cache auto_cache noauto_cache atomic_o_trunc big_writes hard_remove
              use_ino readdir_ino ac_attr_timeout=SECONDS
            """;

    private FuseHelp() {}

    /** The names of all options, for completion in shells. */
    public static List<String> names() {
        return FuseOptions.names().stream().sorted().toList();
    }
}
