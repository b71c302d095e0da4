package org.guestmount.core.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * What a saved guest has to be like.
 *
 * @param qemuVersion what QEMU said of itself
 * @param stateSum CRC-32C of the state
 * @param memoryBytes size of the memory file
 * @param memorySum CRC-32C of the memory's extents one after the other
 * @param extents what of the memory is not zeros
 */
record Manifest(String qemuVersion, long stateSum, long memoryBytes, long memorySum, Extents extents) {
    private static final String FORMAT = "guestmount snapshot 1";

    List<String> toLines() {
        List<String> lines = new ArrayList<>(List.of(
                FORMAT, qemuVersion, Long.toString(stateSum), Long.toString(memoryBytes), Long.toString(memorySum)));
        lines.addAll(extents.toLines());
        return lines;
    }

    static Manifest parse(List<String> lines) throws SnapshotException {
        try {
            if (lines.get(0).equals(FORMAT)) {
                return new Manifest(
                        lines.get(1),
                        Long.parseLong(lines.get(2)),
                        Long.parseLong(lines.get(3)),
                        Long.parseLong(lines.get(4)),
                        Extents.parse(lines.subList(5, lines.size())));
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // Said below, as for any other file that is no manifest.
        }
        throw new SnapshotException("the manifest of a saved guest is damaged");
    }
}
