package org.guestmount.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code -V}: the command's name and the version in the jar's manifest. */
final class ProductVersion implements IVersionProvider {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public String[] getVersion() {
        String version = ProductVersion.class.getPackage().getImplementationVersion();
        String name = spec == null ? "guestmount" : spec.name();
        return new String[] {name + " " + (version == null ? "(development)" : version)};
    }
}
