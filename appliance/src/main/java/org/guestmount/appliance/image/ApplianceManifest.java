package org.guestmount.appliance.image;

import java.util.List;
import org.guestmount.core.appliance.ApplianceException;

/**
 * What lies beside an appliance's kernel and initramfs and tells what they are.
 *
 * @param kernelRelease as in {@code uname -r}
 * @param digest of all inputs
 * @param daemonDigest of the daemon inside: only the program that has the same one can talk to it
 * @param filesystems what it can mount
 * @param tools the programs inside
 */
record ApplianceManifest(
        String kernelRelease, String digest, String daemonDigest, List<String> filesystems, List<String> tools) {
    /** The manifest's file, in the appliance's folder. */
    static final String FILE = "manifest";

    private static final String FORMAT = "guestmount appliance 1";
    private static final int LINES = 6;

    ApplianceManifest {
        filesystems = List.copyOf(filesystems);
        tools = List.copyOf(tools);
    }

    static ApplianceManifest of(Recipe recipe) {
        return new ApplianceManifest(
                recipe.kernel().release(),
                recipe.digest(),
                recipe.daemon().digest(),
                recipe.filesystems(),
                List.copyOf(recipe.tools().keySet()));
    }

    List<String> toLines() {
        return List.of(
                FORMAT, kernelRelease, digest, daemonDigest, String.join(" ", filesystems), String.join(" ", tools));
    }

    /** @throws ApplianceException if these are not the lines of a manifest */
    static ApplianceManifest parse(List<String> lines) throws ApplianceException {
        if (lines.size() != LINES || !lines.get(0).equals(FORMAT)) {
            throw new ApplianceException("not the manifest of an appliance of guestmount");
        }
        return new ApplianceManifest(
                lines.get(1),
                lines.get(2),
                lines.get(3),
                List.of(lines.get(4).split(" ", -1)),
                List.of(lines.get(5).split(" ", -1)));
    }
}
