package org.guestmount.it.framework;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** A tree that even vfat can hold: files, folders, long names, times of even seconds. */
public final class PlainTree {
    /** What vfat does not keep of a file, or not as it was. */
    public static final Set<String> NOT_IN_VFAT =
            Set.of("mode", "owner", "nlink", "blocks", "ctime", "folder-size", "folder-blocks", "folder-mtime");

    private static final String MAKE = """
            import random
            random.seed(7)
            for folder in 'a', 'a/long name of a folder', 'a/long name of a folder/b', 'caf\\u00e9', 'empty':
                os.mkdir(os.path.join(root, folder))
                for i in range(0 if folder == 'empty' else 60):
                    path = os.path.join(root, folder, f'A Longer Name, number {i}.txt' if i % 2 else f'F{i}.TXT')
                    with open(path, 'wb') as f: f.write(random.randbytes(i * i * 97))
                    os.utime(path, (1500000000 + 2 * i, 1500000000 + 2 * i))
            """;

    private PlainTree() {}

    /** Fills a folder and returns it. */
    public static Path in(Path folder) {
        Python.run(folder, MAKE);
        return folder;
    }

    /** A vfat filesystem with a copy of a folder, written by mtools. */
    public static GuestImage vfat(Path file, Path folder) {
        GuestImage image = FilesystemType.VFAT.create(file, 64);
        // vfat keeps local time and no zone; guests' is taken to be UTC, as the kernel does.
        Command.of("sh", "-c", "exec mcopy -s -m -i \"$0\" \"$1\"/* ::/", file, folder)
                .with(Map.of("TZ", "UTC", "LC_ALL", "C.UTF-8"))
                .run();
        return image;
    }
}
