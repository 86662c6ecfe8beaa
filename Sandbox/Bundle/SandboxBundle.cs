using Steering.Export;
using Steering.Policies;

namespace Steering.Sandbox.Bundle;

/// <summary>
/// The sandbox model that this package carries, laid out in a cache folder: a small language model, imported with sockets
/// after every block, autoencoders trained on it, and policies that steer it. Immutable; open it once and share it.
/// </summary>
/// <example><code>
/// using var engine = SandboxBundle.Open().LoadEngine();
/// using var chat = new SteeredChatClient(engine);
/// var reply = await chat.GetResponseAsync("Hello", new ChatOptions().WithSteering("friendly"));
/// </code></example>
public sealed class SandboxBundle
{
    /// <summary>The model's name wherever a model is named: <c>sandbox</c>.</summary>
    public const string Name = "sandbox";

    /// <summary>The autoencoder that is taken where none is named.</summary>
    public const string DefaultSae = "late-topk";

    /// <summary>Environment variable that names the cache folder.</summary>
    public const string CacheVariable = "STEERING_CACHE";

    private SandboxBundle(string folder)
    {
        Folder = folder;
        CheckpointFolder = Path.Combine(folder, BundleInstaller.Checkpoint);
        ModelFolder = Path.Combine(folder, BundleInstaller.Model);
        Saes = Entries(Path.Combine(folder, BundleInstaller.Saes), saes => Directory.EnumerateDirectories(saes), Path.GetFileName);
        Policies = Entries(Path.Combine(folder, BundleInstaller.Policies), policies => Directory.EnumerateFiles(policies, "*.json"), Path.GetFileNameWithoutExtension);
    }

    /// <summary>The folder that holds all of it. It may be deleted at any time that nothing reads it; the next use makes it again.</summary>
    public string Folder { get; }

    /// <summary>The checkpoint as a Hugging Face folder: <c>config.json</c>, <c>model.safetensors</c> (fp16), tokenizer.</summary>
    public string CheckpointFolder { get; }

    /// <summary>The imported model: a GenAI folder in fp32 with a socket after every block.</summary>
    public string ModelFolder { get; }

    /// <summary>Folders of the autoencoders by name, as in <c>late-topk</c>.</summary>
    public IReadOnlyDictionary<string, string> Saes { get; }

    /// <summary>Policy files by name, as in <c>friendly</c>. They name the autoencoders by the names of <see cref="Saes"/>.</summary>
    public IReadOnlyDictionary<string, string> Policies { get; }

    /// <summary>
    /// Opens the bundle. The first time it is laid out and imported, which takes a second; later the folder is found by its
    /// name, which holds a fingerprint of the content. Several processes may do this at once.
    /// </summary>
    /// <param name="cacheFolder">
    /// Where to; null takes <c>STEERING_CACHE</c>, else the folder <c>steering</c> in the user's local application data.
    /// </param>
    /// <param name="progress">Told about stages and shares the first time; may be null.</param>
    /// <param name="cancellationToken">Stops between files and weights, leaving nothing behind.</param>
    /// <exception cref="SteeringException">This build carries no model, or the folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SandboxBundle Open(string? cacheFolder = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Open(BundleFiles.Embedded(), cacheFolder, progress, cancellationToken);

    /// <summary>The folder of an autoencoder.</summary>
    /// <param name="name">Its name, as in <c>late-topk</c>.</param>
    /// <exception cref="SteeringException">There is none of that name; the message lists them.</exception>
    public string Sae(string name) => Find(Saes, name, "autoencoder");

    /// <summary>The file of a policy.</summary>
    /// <param name="name">Its name, as in <c>friendly</c>.</param>
    /// <exception cref="SteeringException">There is none of that name; the message lists them.</exception>
    public string Policy(string name) => Find(Policies, name, "policy");

    /// <summary>Names the model, all autoencoders and all policies in options, as for <c>services.AddSteering(sandbox.AddTo)</c>.</summary>
    /// <param name="options">Receives them.</param>
    /// <exception cref="SteeringException">A policy file was damaged.</exception>
    public void AddTo(SteeringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ModelPath = ModelFolder;
        foreach (var (name, folder) in Saes)
        {
            options.Saes[name] = folder;
        }

        foreach (var (name, file) in Policies)
        {
            options.Policies[name] = SteeringPolicy.Load(file);
        }
    }

    /// <summary>Loads the model with all autoencoders and all policies. The caller disposes of the engine.</summary>
    /// <exception cref="SteeringException">A file in the cache was damaged.</exception>
    public SteeringEngine LoadEngine()
    {
        var options = new SteeringOptions();
        AddTo(options);
        return SteeringEngine.Load(options);
    }

    internal static SandboxBundle Open(IReadOnlyList<BundleFile> files, string? cacheFolder, IProgress<ImportProgress>? progress, CancellationToken cancellationToken) =>
        new(BundleInstaller.Install(files, BundleCache.Folder(cacheFolder), progress, cancellationToken));

    private static SortedDictionary<string, string> Entries(string folder, Func<string, IEnumerable<string>> entries, Func<string, string?> name) =>
        new(Directory.Exists(folder) ? entries(folder).ToDictionary(path => name(path)!, StringComparer.Ordinal) : [], StringComparer.Ordinal);

    private static string Find(IReadOnlyDictionary<string, string> entries, string name, string kind)
    {
        ArgumentNullException.ThrowIfNull(name);
        return entries.TryGetValue(name, out var path)
            ? path
            : throw new SteeringException($"The sandbox has no {kind} '{name}'; it has {(entries.Count == 0 ? "none" : string.Join(", ", entries.Keys))}.");
    }
}
