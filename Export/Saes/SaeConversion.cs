using Steering.Saes;

namespace Steering.Export.Saes;

/// <summary>What <see cref="SaeConverter"/> did.</summary>
/// <param name="Format">Layout of the source.</param>
/// <param name="Written">What was written, after the folds.</param>
/// <param name="Stored">Architecture in the folder: BatchTopK and Matryoshka are stored as JumpReLU.</param>
/// <param name="HasStatistics">Whether the latents' statistics went along, in the new unit of activation.</param>
/// <param name="CatalogueLeft">Whether a feature catalogue lies beside the source; it belongs to those weights and stays there.</param>
public sealed record SaeConversion(SaeFormat Format, SaeParameters Written, SaeArchitecture Stored, bool HasStatistics, bool CatalogueLeft);
