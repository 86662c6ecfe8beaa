using Steering.Sockets;

namespace Steering.Saes;

/// <summary>Whether something made on a model belongs to the model at hand: by fingerprint where there is one, else by name.</summary>
public static class ModelIdentity
{
    /// <summary>
    /// The fingerprint to store with what is made on a model (<c>steering_model_sha256</c> in an autoencoder's metadata,
    /// <c>model_sha256</c> in a vector file): that of its external weights, or of the graph where the graph holds them.
    /// </summary>
    /// <param name="manifest">The socketed model.</param>
    public static string Fingerprint(SocketManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.WeightFiles.Count > 0 ? manifest.WeightsSha256 : manifest.GraphSha256;
    }

    /// <summary>Refuses what was made on another model.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="modelName">Name of the model it was made on, or null when not known.</param>
    /// <param name="modelSha256">Fingerprint of the weights of that model, or null.</param>
    /// <param name="manifest">The model at hand.</param>
    /// <exception cref="SteeringException">The fingerprints differ, or, without one, the names have nothing in common.</exception>
    /// <remarks>Names agree where one holds the other, letters and digits compared in lower case without the organisation before the slash.</remarks>
    public static void Check(string what, string? modelName, string? modelSha256, SocketManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (modelSha256 is not null)
        {
            var fingerprint = Fingerprint(manifest);
            if (!string.Equals(modelSha256, fingerprint, StringComparison.OrdinalIgnoreCase))
            {
                throw new SteeringException($"{what} was made on a model whose weights have SHA-256 {modelSha256}; those of '{manifest.ModelName}' have {fingerprint}. Use what belongs to this model, or allow another model explicitly (another precision of the same weights counts as another).");
            }

            return;
        }

        if (modelName is null)
        {
            return;
        }

        if (!Agree(modelName, manifest.ModelName))
        {
            throw new SteeringException($"{what} was made for another model: for '{modelName}', but this model is '{manifest.ModelName}'. Use what belongs to this model, or allow another model explicitly.");
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
