using Steering.Saes;

namespace Steering.Compilation;

/// <summary>An SAE under the id by which policies name it.</summary>
/// <param name="Id">The id.</param>
/// <param name="Latents">The SAE.</param>
/// <param name="Site">Site that was given with the id; null takes the SAE's own.</param>
internal sealed record LoadedSae(string Id, SparseAutoencoder Latents, string? Site);
