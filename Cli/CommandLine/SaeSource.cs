using Steering.Saes;
using Steering.Saes.Formats;

namespace Steering.Cli.CommandLine;

/// <summary>Loads the SAE that a command line names.</summary>
internal static class SaeSource
{
    /// <summary>Loads an SAE without statistics: a catalogue beside it may be stale, and is about to be replaced.</summary>
    /// <exception cref="SteeringException">There is no SAE there.</exception>
    public static SparseAutoencoder LoadBare(string path) => SparseAutoencoder.Create(SaeFolder.ReadParameters(path));
}
