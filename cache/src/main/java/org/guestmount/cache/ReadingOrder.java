package org.guestmount.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.core.fs.FileExtent;
import org.guestmount.core.fs.InodeKey;
import org.jspecify.annotations.Nullable;

/**
 * Guesses in which order a program reads the files of a directory: as they are listed (find, tar), by name (a shell's
 * wildcards, rsync) or by inode number (programs that spare the disk). Used by one thread at a time.
 */
final class ReadingOrder {
    /** A program that leaves out a few files, because of their names perhaps, still follows an order. */
    private static final int MAX_STEP = 4;

    private final List<Sequence> sequences;
    private @Nullable Sequence followed;

    /**
     * A small file of the directory.
     *
     * @param contents {@link org.guestmount.core.fs.FileDetails#contents}
     */
    record File(
            String name, int size, InodeKey key, @Nullable FileExtent contents) {}

    /** @param listed the small files of a directory, as they are listed */
    ReadingOrder(List<File> listed) {
        sequences = List.of(
                new Sequence(listed),
                new Sequence(sorted(listed, Comparator.comparing(File::name))),
                new Sequence(sorted(
                        listed, Comparator.comparingLong(file -> file.key().inode()))));
    }

    /** Whether it was among them. */
    boolean has(String name) {
        return sequences.get(0).places.containsKey(name);
    }

    private static List<File> sorted(List<File> files, Comparator<File> comparator) {
        return files.stream().sorted(comparator).toList();
    }

    /** One of the orders, and how far it has been followed. */
    private static final class Sequence {
        final List<File> files;
        final Map<String, Integer> places = new HashMap<>();
        int last = -1;

        /** Where to go on asking. */
        int asked;

        Sequence(List<File> files) {
            this.files = files;
            for (int i = 0; i < files.size(); i++) {
                places.put(files.get(i).name(), i);
            }
        }

        /** Goes to this place; whether that is a step in this order, or its beginning. */
        boolean reaches(int place) {
            int step = place - last;
            boolean goesBack = step < 0;
            last = place;
            asked = goesBack ? place : Math.max(asked, place);
            return (step >= 0 && step <= MAX_STEP) || place < MAX_STEP;
        }

        List<File> ask(int maxFiles, int maxBytes) {
            List<File> batch = new ArrayList<>();
            int bytes = 0;
            while (asked < files.size() && batch.size() < maxFiles) {
                File file = files.get(asked);
                bytes += file.size();
                if (!batch.isEmpty() && bytes > maxBytes) {
                    break;
                }
                batch.add(file);
                asked++;
            }
            return batch;
        }
    }

    /**
     * What should be read ahead now that this file is read, itself included, in batches.
     *
     * @param ahead how many files to have asked for
     * @param maxFiles of a batch
     * @param maxBytes of a batch
     */
    List<List<File>> next(String name, int ahead, int maxFiles, int maxBytes) {
        Sequence reached = null;
        for (Sequence sequence : sequences) {
            Integer place = sequence.places.get(name);
            if (place == null) {
                return List.of();
            }
            if (sequence.reaches(place) && (reached == null || sequence == followed)) {
                reached = sequence;
            }
        }
        followed = reached;
        List<List<File>> batches = new ArrayList<>();
        while (reached != null && reached.asked - reached.last <= ahead - maxFiles) {
            List<File> batch = reached.ask(maxFiles, maxBytes);
            if (batch.isEmpty()) {
                break;
            }
            batches.add(batch);
        }
        return batches;
    }
}
