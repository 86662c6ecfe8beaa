using System.Globalization;
using Microsoft.ML.OnnxRuntimeGenAI;
using Steering.IO;
using Steering.Sockets;

namespace Steering.Models;

/// <summary>
/// A GenAI model folder, loaded once and shared: the native model, its tokenizer and its sockets. Thread-safe; every
/// conversation starts its own <see cref="Decoding.SteeredGeneration"/>.
/// </summary>
/// <remarks>
/// Disposing of it waits for the forward passes that run and ends the generations they belong to: their next call throws
/// <see cref="ObjectDisposedException"/>, as does every new start. The native model is freed when the last of them is disposed
/// of, so that the order does not matter.
/// </remarks>
public sealed class SteerableModel : IDisposable
{
    private readonly GenAiConfig _config;
    private readonly HashSet<int> _endTokens;
    private readonly NativeLifetime _life;
    private readonly Lazy<Model> _native;

    private SteerableModel(string folder, SteerableModelOptions options, GenAiConfig config, SocketManifest? manifest, Lazy<Model> native)
    {
        Folder = folder;
        Options = options;
        Manifest = manifest;
        _native = native;
        _config = config;
        _endTokens = [.. config.EosTokenIds];
        _life = new NativeLifetime(this, () => Free(native));
        Tokenizer = new ModelTokenizer(folder);
    }

    /// <summary>Full path of the model folder.</summary>
    public string Folder { get; }

    /// <summary>How it was loaded.</summary>
    public SteerableModelOptions Options { get; }

    /// <summary>What the folder's manifest says, or null for a folder without sockets, which decodes but cannot be steered.</summary>
    public SocketManifest? Manifest { get; }

    /// <summary>Text to tokens and back, and the chat template.</summary>
    public ModelTokenizer Tokenizer { get; }

    /// <summary>The sites that can be steered, by ascending block; empty for a folder without sockets.</summary>
    public IReadOnlyList<SocketSite> Sites => Manifest?.Sites ?? [];

    /// <summary>Name of the model.</summary>
    public string Name => Manifest?.ModelName ?? Path.GetFileName(Folder);

    /// <summary>Width d of the residual stream; 0 for a folder without sockets.</summary>
    public int HiddenSize => Manifest?.HiddenSize ?? 0;

    /// <summary>Largest number of tokens, prompt and completion together.</summary>
    public int ContextLength => _config.ContextLength;

    /// <summary>Number of token ids.</summary>
    public int VocabularySize => _config.VocabularySize;

    /// <summary>GenAI's model, loaded when it is first asked for; only within a call of a <see cref="Lease"/>.</summary>
    /// <exception cref="SteeringException">GenAI cannot load the folder.</exception>
    internal Model Native => _native.Value;

    /// <summary>Whether GenAI's model is in memory.</summary>
    internal bool HasGenAi => _native.IsValueCreated;

    /// <summary>Path of the graph.</summary>
    internal string GraphPath => Path.Combine(Folder, _config.GraphFile);

    internal bool IsDisposed => _life.IsClosed;

    internal GenAiConfig Config => _config;

    internal HashSet<int> EndTokens => _endTokens;

    /// <summary>Loads a model folder and checks it against its manifest.</summary>
    /// <param name="folder">Folder with <c>genai_config.json</c>.</param>
    /// <param name="options">How to load it, or null for the defaults.</param>
    /// <exception cref="SteeringException">
    /// The folder is no GenAI model, its graph or weights are not those the manifest was written for, the device is not
    /// available, or a native library is missing.
    /// </exception>
    public static SteerableModel Load(string folder, SteerableModelOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new SteerableModelOptions();
        folder = Path.GetFullPath(folder);
        NativeLibraries.Check();
        var config = GenAiConfig.LoadToRun(folder, options);
        var manifest = File.Exists(Path.Combine(folder, SocketManifest.FileName)) ? SocketManifestFile.Load(folder) : null;

        // Hashing the weights and building the session read the same pages; side by side they cost little more than one.
        var verification = manifest is null ? Task.CompletedTask : Task.Run(() => SocketManifestFile.Verify(folder, manifest, options.VerifyWeights));
        var native = new Lazy<Model>(() => CreateNative(folder, options));
        try
        {
            if (!options.LoadGenAiWhenNeeded)
            {
                _ = native.Value;
            }

            verification.GetAwaiter().GetResult();
            return new SteerableModel(folder, options, config, manifest, native);
        }
        catch
        {
            Free(native);
            throw;
        }
    }

    /// <summary>The site of that name.</summary>
    /// <exception cref="SteeringException">The model has no such site; the message lists those it has.</exception>
    public SocketSite RequireSite(string name)
    {
        return Sites.FirstOrDefault(site => string.Equals(site.Name, name, StringComparison.Ordinal))
            ?? throw new SteeringException(Sites.Count == 0
                ? $"{Folder} has no sockets, so {name} cannot be steered or read. Make a socketed folder with 'steer socket'."
                : $"{Name} has no site {name}. Its sites are {string.Join(", ", Sites.Select(site => site.Name))}; add others with 'steer socket'.");
    }

    /// <summary>Whether a token ends the completion.</summary>
    public bool IsEndToken(int tokenId) => _endTokens.Contains(tokenId);

    /// <inheritdoc/>
    public void Dispose() => _life.Close();

    /// <summary>Keeps the native model for whoever decodes on it.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    internal NativeLease Lease() => _life.Lease();

    private static void Free(Lazy<Model> native)
    {
        if (native.IsValueCreated)
        {
            native.Value.Dispose();
        }
    }

    private static Model CreateNative(string folder, SteerableModelOptions options)
    {
        try
        {
            using var config = new Config(folder);
            if (options.Device == ExecutionDevice.Cuda)
            {
                config.ClearProviders();
                config.AppendProvider("cuda");
            }

            if (options.Threads > 0)
            {
                config.Overlay($"{{\"model\":{{\"decoder\":{{\"session_options\":{{\"intra_op_num_threads\":{options.Threads.ToString(CultureInfo.InvariantCulture)}}}}}}}}}");
            }

            return new Model(config);
        }
        catch (OnnxRuntimeGenAIException exception) when (options.Device == ExecutionDevice.Cuda)
        {
            throw NativeLibraries.CudaIsMissing(exception);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw NativeErrors.Load(folder, exception);
        }
    }
}
