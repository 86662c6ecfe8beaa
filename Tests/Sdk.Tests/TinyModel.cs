using Steering.Compilation;
using Steering.Decoding;
using Steering.Export;
using Steering.Export.Sockets;
using Steering.Models;
using Steering.Policies;

namespace Steering.Tests.Sdk;

/// <summary>
/// A random Llama of two blocks with a byte-level tokenizer and a chat template, written, imported and socketed once a
/// test run: everything that is promised of decoding is tested on it wherever the tests run.
/// </summary>
[TestClass]
public static class TinyModel
{
    public const int HiddenSize = TinyCheckpoint.HiddenSize;
    public const int Vocabulary = TinyCheckpoint.Vocabulary;
    public const int Blocks = TinyCheckpoint.Blocks;
    public const int EndToken = TinyCheckpoint.EndToken;
    public const string Site = "resid_post.0";
    public const string LastSite = "resid_post.1";

    private static readonly string Root = Directory.CreateTempSubdirectory("steering-tiny-").FullName;
    private static readonly Lazy<string> Checkpoint = new(() => WriteCheckpoint("tiny-llama", headSize: 0.6));
    private static readonly Lazy<string> PlainFolder = new(() => Import(CheckpointFolder, "plain", sites: null));
    private static readonly Lazy<string> SocketedFolder = new(() => Import(CheckpointFolder, "socketed", SiteSelection.All));
    private static readonly Lazy<string> DeafFolder = new(() => Import(WriteCheckpoint("deaf-llama", headSize: 0), "deaf", SiteSelection.All));
    private static readonly Lazy<string> MassiveFolder = new(() => Import(TinyCheckpoint.Write(Path.Combine(Root, "massive-llama"), massive: MassiveToken), "massive", SiteSelection.All));
    private static readonly Lazy<SteeringEngine> SharedEngine = new(() => new SteeringEngine(SteerableModel.Load(Folder), new SteeringResources().AddCallback("ask")));

    /// <summary>The model folder with a socket after each block.</summary>
    public static string Folder => SocketedFolder.Value;

    /// <summary>The same model without sockets.</summary>
    public static string Plain => PlainFolder.Value;

    /// <summary>A socketed model whose logits are zero whatever its residual stream holds.</summary>
    public static string Deaf => DeafFolder.Value;

    /// <summary>The Hugging Face folder that both were imported from.</summary>
    public static string CheckpointFolder => Checkpoint.Value;

    public static SteeringEngine Engine => SharedEngine.Value;

    /// <summary>A socketed model that parks a residual of enormous norm on <see cref="MassiveToken"/>.</summary>
    public static string Massive => MassiveFolder.Value;

    public const int MassiveToken = '~';

    public static int[] Prompt { get; } = [84, 104, 101, 32, 115, 101, 97];

    [AssemblyCleanup]
    public static void RemoveFolders() => Directory.Delete(Root, recursive: true);

    /// <summary>A direction with fixed random numbers.</summary>
    public static float[] Direction(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, HiddenSize).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    public static SteeringPolicy Push(float strength, InterventionSpan? span = null, Gate? gate = null, int seed = 1) =>
        SteeringPolicy.Create("push").Add(Steering.Policies.Direction.At(Site, Direction(seed)), strength, StrengthUnit.Raw, gate, span, name: "push");

    public static DecodeRequest Request(SteeringPolicy? policy = null, int maxTokens = 24) => new()
    {
        PromptIds = Prompt,
        MaxTokens = maxTokens,
        Policy = policy is null ? CompiledPolicy.Empty : Engine.Compile(policy),
    };

    public static int[] Decode(SteerableModel model, DecodeRequest request)
    {
        using var generation = model.Start(request);
        var ids = new List<int>();
        while (generation.MoveNext())
        {
            ids.Add(generation.TokenId);
        }

        return [.. ids];
    }

    public static int[] Decode(DecodeRequest request) => Decode(Engine.Model, request);

    /// <summary>A folder of its own, removed with the others.</summary>
    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(Root, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>A copy of the socketed folder that a test may damage.</summary>
    public static string CopyOfFolder()
    {
        var copy = NewFolder();
        foreach (var file in Directory.GetFiles(Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private static string Import(string checkpoint, string name, SiteSelection? sites)
    {
        var destination = Path.Combine(Root, name);
        ModelImporter.Import(checkpoint, destination, new ImportOptions { Sites = sites }, progress: null, CancellationToken.None);
        return destination;
    }

    private static string WriteCheckpoint(string name, double headSize) => TinyCheckpoint.Write(Path.Combine(Root, name), headSize);
}
