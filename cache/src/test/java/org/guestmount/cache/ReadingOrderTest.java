package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.cache.ReadingOrder.File;
import org.guestmount.core.fs.InodeKey;
import org.junit.jupiter.api.Test;

class ReadingOrderTest {
    /** Listed {@code a9 a8 … a0}, by inode {@code a5 a6 … a9 a0 … a4}. */
    private final ReadingOrder order = new ReadingOrder(files());

    private static List<File> files() {
        List<File> files = new ArrayList<>();
        for (int i = 9; i >= 0; i--) {
            files.add(new File("a" + i, 10, new InodeKey(1, (i + 5) % 10), null));
        }
        return files;
    }

    private List<String> next(String name) {
        return order.next(name, 4, 2, 1000).stream()
                .flatMap(List::stream)
                .map(File::name)
                .toList();
    }

    @Test
    void theOrderOfTheListingIsFollowed() {
        assertThat(next("a9")).containsExactly("a9", "a8", "a7", "a6");
        assertThat(next("a8")).isEmpty();
        assertThat(next("a7")).containsExactly("a5", "a4");
    }

    @Test
    void theOrderOfNamesIsFollowed() {
        assertThat(next("a0")).containsExactly("a0", "a1", "a2", "a3");
        assertThat(next("a1")).isEmpty();
        assertThat(next("a2")).containsExactly("a4", "a5");
    }

    @Test
    void theOrderOfInodesIsFollowed() {
        assertThat(next("a5")).containsExactly("a5", "a6", "a7", "a8");
        assertThat(next("a7")).containsExactly("a9", "a0");
    }

    @Test
    void noOrderIsNotFollowed() {
        next("a9");
        assertThat(next("a4")).isEmpty();
    }

    @Test
    void whatIsNoFileOfTheDirectoryIsNotFollowed() {
        assertThat(next("other")).isEmpty();
    }

    @Test
    void batchesAreBoundedInBytes() {
        assertThat(order.next("a9", 8, 4, 25)).extracting(List::size).containsExactly(2, 2, 2);
    }
}
