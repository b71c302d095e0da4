package org.guestmount.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.guestmount.core.fs.GuestPath;

/**
 * Programs that ask for one name after the other in a directory without listing it (rsync, git status, a compiler's include path). Each name
 * that is not known costs a round trip, and when these have cost as much as to list the directory would have, it is time to list it: so that the
 * program waits at most twice as long as if what it will ask for had been known beforehand.
 *
 * <p>Any thread may call any method.
 */
final class LookupBursts {
    /** As many names as a program may ask for here and there. */
    static final int MIN_LOOKUPS = 4;

    /** How much of a directory the guest lists in the time of a round trip, in bytes of its own size. Measured. */
    static final int LISTED_PER_LOOKUP = 1024;

    /** Directories for which lookups are counted; that in which was last looked up longest ago is forgotten. */
    private static final int MAX_DIRECTORIES = 256;

    @GuardedBy("this")
    private final Map<GuestPath, Integer> lookups = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<GuestPath, Integer> eldest) {
            return size() > MAX_DIRECTORIES;
        }
    };

    /**
     * The guest is to be asked for one more name in a directory.
     *
     * @param size of the directory, in bytes
     * @return whether the directory is rather to be listed; if so, counting starts anew
     */
    synchronized boolean isDue(GuestPath directory, long size) {
        boolean due = lookups.merge(directory, 1, Integer::sum) >= MIN_LOOKUPS + size / LISTED_PER_LOOKUP;
        if (due) {
            lookups.remove(directory);
        }
        return due;
    }
}
