package org.guestmount.appliance.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.guestmount.core.appliance.Appliance;
import org.guestmount.core.appliance.ApplianceException;
import org.guestmount.core.appliance.ApplianceSource;
import org.guestmount.core.appliance.BuildProgress;
import org.guestmount.core.host.Folders;

/**
 * Makes appliances from what the host has installed, once for each set of inputs, and keeps them in the user's cache folder. Any
 * number of processes may ask at the same time: one builds, the others wait and take its result.
 */
public final class ApplianceBuilder implements ApplianceSource {
    private static final int STEPS = 5;

    private final ApplianceSettings settings;
    private final Path root;
    private final ClassLoader classes;

    public ApplianceBuilder(ApplianceSettings settings) {
        this(settings, Path.of("/"), ApplianceBuilder.class.getClassLoader());
    }

    /**
     * @param root the folder taken for the host's root
     * @param classes where the daemon's classes are
     */
    ApplianceBuilder(ApplianceSettings settings, Path root, ClassLoader classes) {
        this.settings = settings;
        this.root = root;
        this.classes = classes;
    }

    @Override
    public Appliance obtain(BuildProgress progress) throws ApplianceException, InterruptedException {
        ApplianceCache cache = ApplianceCache.open(settings.cacheFolder());
        try {
            Optional<Appliance> current = cache.current(key());
            return current.isPresent() ? current.get() : update(cache, progress);
        } catch (ApplianceException e) {
            throw e;
        } catch (IOException e) {
            throw new ApplianceException("cannot build the appliance in " + settings.cacheFolder() + ": " + e, e);
        }
    }

    /** What {@link #obtain} would give, without building it. */
    public ApplianceDescription describe() throws ApplianceException, InterruptedException {
        ApplianceCache cache = ApplianceCache.open(settings.cacheFolder());
        try {
            if (!settings.fixed().isEmpty()) {
                FixedAppliance fixed = FixedAppliance.find(settings.fixed(), new DaemonJar(classes).digest());
                return ApplianceDescription.of(fixed, size(fixed.folder()));
            }
            Recipe recipe = gather(cache, new InputList(), BuildProgress.SILENT);
            Optional<Appliance> built = cache.withDigest(recipe.digest());
            if (built.isEmpty()) {
                return ApplianceDescription.of(recipe, null, 0);
            }
            Path folder = built.get().folder();
            return ApplianceDescription.of(recipe, folder, size(folder));
        } catch (ApplianceException e) {
            throw e;
        } catch (IOException e) {
            throw new ApplianceException("cannot describe the appliance: " + e, e);
        }
    }

    private static long size(Path folder) throws IOException {
        return Files.size(folder.resolve("kernel")) + Files.size(folder.resolve("initramfs"));
    }

    /** Copies what {@link #obtain} gives into a folder that holds no appliance yet, for {@code LIBGUESTFS_PATH} elsewhere. */
    public void export(Path folder, BuildProgress progress) throws ApplianceException, InterruptedException {
        Appliance appliance = obtain(progress);
        try {
            FixedAppliance.export(appliance, folder);
        } catch (ApplianceException e) {
            throw e;
        } catch (IOException e) {
            throw new ApplianceException("cannot write an appliance to " + folder + ": " + e, e);
        }
    }

    /**
     * Removes all appliances of this user and what else the cache folder holds.
     *
     * @return the folders of those that are in use and stay
     */
    public List<Path> clean() throws ApplianceException, InterruptedException {
        ApplianceCache cache = ApplianceCache.open(settings.cacheFolder());
        try (ApplianceCache.Building building = cache.lock(() -> {})) {
            return building.clean();
        } catch (IOException e) {
            throw new ApplianceException("cannot remove " + settings.cacheFolder() + ": " + e, e);
        }
    }

    private Appliance update(ApplianceCache cache, BuildProgress progress) throws IOException, InterruptedException {
        Runnable waiting = () -> progress.step(1, STEPS, "waiting for another process that builds the appliance");
        try (ApplianceCache.Building building = cache.lock(waiting)) {
            Optional<Appliance> current = cache.current(key());
            if (current.isPresent()) {
                return current.get();
            }
            InputList inputs = new InputList();
            String digest = settings.fixed().isEmpty()
                    ? build(cache, building, inputs, progress)
                    : adopt(cache, building, inputs);
            cache.remember(key(), digest, inputs);
            Appliance appliance = cache.withDigest(digest)
                    .orElseThrow(() -> new ApplianceException("the appliance vanished from " + settings.cacheFolder()));
            building.prune();
            return appliance;
        }
    }

    private String adopt(ApplianceCache cache, ApplianceCache.Building building, InputList inputs) throws IOException {
        DaemonJar daemon = new DaemonJar(classes);
        FixedAppliance fixed = FixedAppliance.find(settings.fixed(), daemon.digest());
        inputs.addAll(daemon.sources());
        inputs.addAll(fixed.files());
        String digest = fixed.manifest().digest();
        if (cache.withDigest(digest).isEmpty()) {
            building.adopt(fixed);
        }
        return digest;
    }

    private String build(
            ApplianceCache cache, ApplianceCache.Building building, InputList inputs, BuildProgress progress)
            throws IOException, InterruptedException {
        Recipe recipe = gather(cache, inputs, progress);
        if (cache.withDigest(recipe.digest()).isEmpty()) {
            build(recipe, building, progress);
        }
        return recipe.digest();
    }

    private Recipe gather(ApplianceCache cache, InputList inputs, BuildProgress progress)
            throws IOException, InterruptedException {
        HostKernel kernel = kernel(cache, inputs, progress);
        progress.step(1, STEPS, "using the kernel " + kernel.release() + " (" + kernel.image() + ")");
        return Recipe.gather(root, kernel, new DaemonJar(classes), inputs);
    }

    private HostKernel kernel(ApplianceCache cache, InputList inputs, BuildProgress progress)
            throws IOException, InterruptedException {
        KernelFinder finder = new KernelFinder(root, inputs);
        Path named = settings.kernel();
        if (named != null) {
            return finder.named(named);
        }
        Optional<HostKernel> installed = finder.newest();
        if (installed.isPresent()) {
            return installed.get();
        }
        List<String> rejected = List.copyOf(finder.rejected());
        Optional<HostKernel> fetched = finder.fetched(cache.folder());
        if (fetched.isPresent()) {
            return fetched.get();
        }
        progress.step(1, STEPS, "downloading a kernel, since none that is installed can be used");
        try {
            new KernelPackage(root, cache.folder()).fetch();
        } catch (IOException e) {
            throw new ApplianceException(
                    "no installed kernel can be used"
                            + (rejected.isEmpty() ? "" : " (" + String.join("; ", rejected) + ")")
                            + ", and none can be downloaded: " + e.getMessage()
                            + "; make one readable or name a kernel image in GUESTMOUNT_KERNEL",
                    e);
        }
        return finder.fetched(cache.folder())
                .orElseThrow(() -> new ApplianceException(
                        "the downloaded kernel cannot be used: " + String.join("; ", finder.rejected())));
    }

    private static void build(Recipe recipe, ApplianceCache.Building building, BuildProgress progress)
            throws IOException, InterruptedException {
        Path folder = building.newFolder();
        try {
            Path kernel = folder.resolve("kernel");
            progress.step(2, STEPS, "unpacking the kernel");
            Path image = recipe.kernel().image();
            if (!KernelImage.open(image).unpack(kernel)) {
                Files.copy(image, kernel);
            }
            progress.step(3, STEPS, "preparing the daemon's Java");
            Path linked = folder.resolve("java");
            Path runtime = JavaRuntime.linked(linked);
            Path daemon = Files.createDirectory(folder.resolve("daemon"));
            new ClassArchive(runtime, daemon).make(recipe.daemon());
            progress.step(
                    4,
                    STEPS,
                    "packing %d kernel modules, %d programs and %d libraries"
                            .formatted(
                                    recipe.modules().size(),
                                    recipe.tools().size(),
                                    recipe.libraries().size()));
            Packing.of(recipe, runtime, daemon).write(folder.resolve("initramfs"));
            Folders.deleteTree(linked);
            Folders.deleteTree(daemon);
            progress.step(5, STEPS, "keeping the appliance");
            building.publish(folder, ApplianceManifest.of(recipe));
        } finally {
            Folders.deleteTree(folder);
        }
    }

    /** Names a request: what the user chose, and which program and Java ask. */
    private String key() {
        String request = settings.kernel() + "\n" + settings.fixed() + "\n" + System.getProperty("java.home") + "\n"
                + System.getProperty("java.class.path") + "\n" + root;
        return Recipe.sha256(request.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
