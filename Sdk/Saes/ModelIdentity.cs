using Steering.Sockets;

namespace Steering.Saes;

/// <summary>Whether something made on a model belongs to the model at hand: by fingerprint where there is one, else by name.</summary>
internal static class ModelIdentity
{
    /// <summary>Refuses what was made on another model.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="modelName">Name of the model it was made on, or null when not known.</param>
    /// <param name="modelSha256">Fingerprint of the weights of that model, or null.</param>
    /// <param name="manifest">The model at hand.</param>
    public static void Check(string what, string? modelName, string? modelSha256, SocketManifest manifest)
    {
        if (modelSha256 is not null)
        {
            if (!string.Equals(modelSha256, manifest.WeightsSha256, StringComparison.OrdinalIgnoreCase))
            {
                throw new SteeringException($"{what} was made on a model whose weights have SHA-256 {modelSha256}; the weights of '{manifest.ModelName}' have {manifest.WeightsSha256}. Use what belongs to this model, or allow another model explicitly (another precision of the same weights counts as another).");
            }

            return;
        }

        if (modelName is null)
        {
            return;
        }

        var (made, here) = (Normalise(modelName), Normalise(manifest.ModelName));
        if (made.Length > 0 && here.Length > 0 && !made.Contains(here, StringComparison.Ordinal) && !here.Contains(made, StringComparison.Ordinal))
        {
            throw new SteeringException($"{what} was made for another model: for '{modelName}', but this model is '{manifest.ModelName}'. Use what belongs to this model, or allow another model explicitly.");
        }
    }

    /// <summary>Letters and digits in lower case, without the organisation before the last slash.</summary>
    private static string Normalise(string name) => string.Concat(name[(name.LastIndexOf('/') + 1)..].Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));
}
