package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.guestmount.cache.Dentry.Missing;
import org.guestmount.cache.Dentry.Present;
import org.guestmount.core.fs.FileType;
import org.guestmount.core.fs.InodeKey;
import org.junit.jupiter.api.Test;

class DirectoryTest {
    private static final Present FILE = new Present(new InodeKey(1, 2), FileType.REGULAR);
    private static final List<String> LISTED = List.of("c", "a", "b");

    private static Directory listed() {
        Directory directory = new Directory();
        LISTED.forEach(name -> directory.set(name, FILE));
        directory.complete(LISTED);
        return directory;
    }

    @Test
    void namesAreInTheOrderOfTheListing() {
        Directory directory = listed();
        assertThat(directory.names()).isEqualTo(LISTED);

        directory.set("a", Missing.ABSENT);
        assertThat(directory.names()).containsExactly("c", "b");
        directory.set("new", FILE);
        assertThat(directory.names()).containsExactly("c", "b", "new");
        directory.set("a", FILE);
        directory.set("new", Missing.ABSENT);
        assertThat(directory.names()).isEqualTo(LISTED);
    }

    @Test
    void aNameThatIsBeingChangedIsAmongThem() {
        Directory directory = listed();

        directory.forget("a");
        directory.forget("new");

        assertThat(directory.names()).containsExactly("c", "a", "b", "new");
    }

    @Test
    void aNameThatIsThereIsNotMissedWhileOthersComeAndGo() throws Exception {
        Directory directory = listed();
        directory.set("new", FILE);
        AtomicBoolean done = new AtomicBoolean();
        Thread changing = new Thread(() -> {
            for (int i = 0; !done.get(); i++) {
                String name = LISTED.get(i % LISTED.size());
                directory.set(name, Missing.ABSENT);
                directory.set(name, FILE);
            }
        });
        changing.start();
        try {
            for (int i = 0; i < 300_000; i++) {
                assertThat(directory.names().contains("new")).isTrue();
            }
        } finally {
            done.set(true);
            changing.join();
        }
    }
}
