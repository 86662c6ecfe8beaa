using Steering.Sockets;

namespace Steering.Saes;

/// <summary>Whether something made on a model belongs to the model at hand: by fingerprint where there is one, else by name.</summary>
public static class ModelIdentity
{
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
    /// <exception cref="SteeringException">The fingerprints differ, or, without one, the names have nothing in common.</exception>
    /// <remarks>
    /// Every import of one checkpoint is the same model, whatever its precision. Names agree where one holds the other, letters and
    /// digits compared in lower case without the organisation before the slash.
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

    /// <summary>Whether two names may be of one model: one holds the other, letters and digits compared in lower case.</summary>
    /// <param name="name">A name, with or without an organisation.</param>
    /// <param name="other">Another.</param>
    public static bool Agree(string name, string other)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(other);
        var (made, here) = (Normalise(name), Normalise(other));
        return made.Length == 0 || here.Length == 0 || made.Contains(here, StringComparison.Ordinal) || here.Contains(made, StringComparison.Ordinal);
    }

    /// <summary>Letters and digits in lower case, without the organisation before the last slash.</summary>
    private static string Normalise(string name) => string.Concat(name[(name.LastIndexOf('/') + 1)..].Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));
}
