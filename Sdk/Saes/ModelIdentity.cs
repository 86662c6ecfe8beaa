using System.Collections.Frozen;
using Steering.Sockets;

namespace Steering.Saes;

/// <summary>Whether something made on a model belongs to the model at hand: by fingerprint where there is one, else by name.</summary>
public static class ModelIdentity
{
    /// <summary>Parts of a name that say how a model is stored, or that it is the pre-trained one, and not which it is.</summary>
    private static readonly FrozenSet<string> Additions = FrozenSet.Create(
        StringComparer.Ordinal, "meta", "hf", "pt", "onnx", "gguf", "fp32", "fp16", "bf16", "int4", "int8", "f32", "f16");

    private const string Cure = "Use what belongs to this model, or allow another model of the same width where you know that they fit: --allow-other-model on the command line, SteeringOptions.AllowOtherModel or SteeringResources.AllowOtherModel in code.";

    /// <summary>
    /// The fingerprint to store with what is made on a model (<c>steering_model_sha256</c> in an autoencoder's metadata,
    /// <c>model_sha256</c> in a vector file): that of the checkpoint it was imported from, which is the same in every precision;
    /// where the folder does not say it, that of its external weights, or of the graph where the graph holds them.
    /// </summary>
    /// <param name="manifest">The socketed model.</param>
    public static string Fingerprint(SocketManifest manifest) => Fingerprints(manifest)[0];

    /// <summary>All fingerprints that mean the model, the one to store first: what earlier versions made on it names its weights.</summary>
    /// <param name="manifest">The socketed model.</param>
    public static IReadOnlyList<string> Fingerprints(SocketManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.CheckpointSha256 is { } checkpoint ? [checkpoint, Weights(manifest)] : [Weights(manifest)];
    }

    /// <summary>Fingerprint of the weights as they are stored, another one in another precision.</summary>
    /// <param name="manifest">The socketed model.</param>
    public static string Weights(SocketManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.WeightFiles.Count > 0 ? manifest.WeightsSha256 : manifest.GraphSha256;
    }

    /// <summary>Refuses what was made on another model.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="modelName">Name of the model it was made on, or null when not known.</param>
    /// <param name="modelSha256">Fingerprint of that model, or null.</param>
    /// <param name="manifest">The model at hand.</param>
    /// <exception cref="SteeringException">The fingerprints differ, or, without one, the names do.</exception>
    /// <remarks>
    /// Every import of one checkpoint is the same model, whatever its precision. Names agree as <see cref="Agree"/> says.
    /// </remarks>
    public static void Check(string what, string? modelName, string? modelSha256, SocketManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (modelSha256 is not null)
        {
            Check(what, modelSha256, $"'{manifest.ModelName}'", Fingerprints(manifest), manifest.CheckpointSha256 is not null);
            return;
        }

        if (modelName is null)
        {
            return;
        }

        if (!Agree(modelName, manifest.ModelName))
        {
            throw new SteeringException($"{what} was made for another model: for '{modelName}', but this model is '{manifest.ModelName}'. {Cure}");
        }
    }

    /// <summary>Refuses what was made on a model with none of these fingerprints.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="modelSha256">Fingerprint of the model it was made on.</param>
    /// <param name="model">The model at hand, for the message.</param>
    /// <param name="fingerprints">Its fingerprints, the one to store first.</param>
    /// <param name="knowsCheckpoint">Whether the first is that of a checkpoint.</param>
    /// <exception cref="SteeringException">It is another model.</exception>
    internal static void Check(string what, string modelSha256, string model, IReadOnlyList<string> fingerprints, bool knowsCheckpoint)
    {
        if (!fingerprints.Contains(modelSha256, StringComparer.OrdinalIgnoreCase))
        {
            throw new SteeringException(
                $"{what} was made on another model: on one of SHA-256 {modelSha256}, and {model} has {fingerprints[0]}. {Cure}"
                + (knowsCheckpoint ? string.Empty : " This folder does not say which checkpoint it was imported from, so only the same weights in the same precision are known to be the same: import the checkpoint again with this version if it is."));
        }
    }

    /// <summary>
    /// Whether two names are of one model: the same letters and digits in lower case, without the organisation before the slash and
    /// without what names a precision, a file format or a plain pre-trained model. A name that holds another is another model:
    /// distilgpt2 is not gpt2.
    /// </summary>
    /// <param name="name">A name, with or without an organisation.</param>
    /// <param name="other">Another.</param>
    public static bool Agree(string name, string other)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(other);
        var (made, here) = (Normalise(name), Normalise(other));
        return made.Length == 0 || here.Length == 0 || string.Equals(made, here, StringComparison.Ordinal);
    }

    private static string Normalise(string name)
    {
        var bare = name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant();
        string[] parts = [.. new string([.. bare.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries)];

        // TransformerLens, from which SAELens has its names, calls gpt2 gpt2-small, and Gemma Scope writes gemma-v3 for gemma-3.
        var whole = string.Concat(parts.Where(part => !Additions.Contains(part)).Select(part => part.Length > 1 && part[0] == 'v' && char.IsAsciiDigit(part[1]) ? part[1..] : part));
        return whole == "gpt2small" ? "gpt2" : whole;
    }
}
