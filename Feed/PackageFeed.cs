namespace Steering.Feed;

/// <summary>Fills the folder feed with what no configured source serves.</summary>
/// <param name="root">Folder <c>Feed/</c> of the repository.</param>
/// <param name="npm">Client that fetches the npm packages.</param>
/// <param name="say">Where progress goes, a line at a time.</param>
/// <param name="ask">Asks the NuGet sources for one package, in a work folder.</param>
internal sealed class PackageFeed(
    string root,
    NpmClient npm,
    Action<string> say,
    Func<PackageRecipe, string, CancellationToken, Task<ProbeVerdict>> ask)
{
    private readonly string _packages = Path.Combine(root, "packages");
    private readonly string _scratchRoot = Path.Combine(root, "obj", "feed");

    /// <summary>Makes every package that is needed and lacking, then leaves the stamp that spares later builds the question.</summary>
    /// <param name="recipes">Packages in the order in which one builds on the other.</param>
    /// <param name="stamp">File that says the feed is ready; written only when every source gave an answer.</param>
    /// <param name="cancellation">Stops; what is half done is thrown away.</param>
    /// <exception cref="FeedException">A package is lacking and cannot be made; the message says why and what to do.</exception>
    public async Task PrepareAsync(IReadOnlyList<PackageRecipe> recipes, string stamp, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_scratchRoot);
        using var held = await FeedLock.TakeAsync(
            Path.Combine(_scratchRoot, "lock"), () => say("Another build is preparing the package feed; waiting for it …"), cancellation);
        if (File.Exists(stamp))
        {
            return;
        }

        // Under the lock, any work folder is one that a broken-off run left.
        foreach (var stale in Directory.GetDirectories(_scratchRoot))
        {
            Directory.Delete(stale, recursive: true);
        }

        var scratch = Directory.CreateDirectory(Path.Combine(_scratchRoot, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            say("Preparing the package feed (once) …");
            var certain = true;
            foreach (var recipe in recipes)
            {
                certain &= await PrepareAsync(recipe, scratch, cancellation);
            }

            if (certain)
            {
                await WriteStampAsync(stamp, recipes, scratch, cancellation);
            }

            say("The package feed is ready.");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task<bool> PrepareAsync(PackageRecipe recipe, string scratch, CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(_packages, recipe.FileName)))
        {
            say($"  {recipe}: in the folder already.");
            return true;
        }

        switch (await ask(recipe, scratch, cancellation))
        {
            case ProbeVerdict.Served:
                say($"  {recipe}: served by a configured source.");
                return true;
            case ProbeVerdict.OnlyCached:
                say($"  {recipe}: the sources cannot be reached, the machine's package cache holds it.");
                return false;
            case ProbeVerdict.Lacking:
                await MakeAsync(recipe, scratch, cancellation);
                return true;
            default:
                throw new InvalidOperationException($"Unknown verdict on {recipe}.");
        }
    }

    private async Task MakeAsync(PackageRecipe recipe, string scratch, CancellationToken cancellation)
    {
        say($"  {recipe}: no configured source serves it; making it from {string.Join(", ", recipe.Inputs)} …");
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var input in recipe.Inputs)
        {
            var unpacked = await UnpackAsync(input, recipe, scratch, cancellation);
            foreach (var file in recipe.Files.Where(file => file.From == input))
            {
                var path = Path.Combine(unpacked, file.Entry);
                content[file.Target] = File.Exists(path)
                    ? path
                    : throw new FeedException($"{input} holds no '{file.Entry}', which {recipe} needs.");
            }

            if (recipe.Managed?.From == input)
            {
                content[PackageWriter.AssemblyTarget(recipe.Managed)] = await ManagedAssembly.BuildAsync(
                    recipe, unpacked, Path.Combine(scratch, "build-" + recipe.Id), cancellation);
            }
        }

        PackageWriter.Write(recipe, content, scratch, _packages);
    }

    private async Task<string> UnpackAsync(NpmPackage input, PackageRecipe recipe, string scratch, CancellationToken cancellation)
    {
        var unpacked = Path.Combine(scratch, "unpacked", recipe.Id, input.Name);
        var download = Directory.CreateDirectory(Path.Combine(scratch, "npm", input.Name)).FullName;
        var tarball = Directory.GetFiles(download, "*.tgz").SingleOrDefault()
            ?? await npm.FetchAsync(input, recipe.ToString(), download, cancellation);
        Directory.CreateDirectory(unpacked);
        var needed = recipe.Files.Where(file => file.From == input).Select(file => file.Entry).ToHashSet(StringComparer.Ordinal);
        var sources = recipe.Managed?.From == input ? recipe.Managed.Folder : null;
        Tarball.Extract(
            tarball,
            unpacked,
            name => needed.Contains(name)
                || (sources is not null && name.StartsWith(sources, StringComparison.Ordinal) && name.EndsWith(".cs", StringComparison.Ordinal)),
            cancellation);
        return unpacked;
    }

    private static async Task WriteStampAsync(string stamp, IReadOnlyList<PackageRecipe> recipes, string scratch, CancellationToken cancellation)
    {
        var unfinished = Path.Combine(scratch, "stamp");
        await File.WriteAllLinesAsync(unfinished, recipes.Select(recipe => recipe.ToString()), cancellation);
        File.Move(unfinished, stamp, overwrite: true);
    }
}
