using System.Globalization;
using System.Runtime.InteropServices;
using Steering.Vectors;

namespace Steering.Training.Activations;

/// <summary>The activations of a text at one site, in memory: enough for texts of up to a few million tokens.</summary>
/// <param name="Rows">[n, d] activations of the tokens that count, in order.</param>
/// <param name="Tokens">Tokens the model read.</param>
/// <param name="LeftOut">Tokens left out: position 0 and massive activations.</param>
public sealed record MemoryHarvest(float[] Rows, long Tokens, long LeftOut)
{
    /// <summary>Runs the model over windows until the text ends or enough tokens are at hand.</summary>
    /// <param name="head">The model up to the site.</param>
    /// <param name="windows">What it reads.</param>
    /// <param name="exclusion">Tokens that do not count.</param>
    /// <param name="enough">Tokens after which to stop.</param>
    /// <param name="progress">Told the number of tokens read after each window, or null.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <exception cref="SteeringException">The text gives no token that counts, an activation is not finite, or more than an array holds.</exception>
    public static MemoryHarvest Collect(SiteHead head, IEnumerable<TokenWindow> windows, TokenExclusion exclusion, long enough, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(exclusion);
        var width = head.HiddenSize;
        var rows = new List<float>();
        long tokens = 0;
        foreach (var window in windows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var residual = new float[window.Ids.Length * width];
            head.Run(window.Ids, 1, window.Ids.Length, residual);
            foreach (var token in exclusion.Kept(residual, window.Ids.Length, width))
            {
                rows.AddRange(residual.AsSpan(token * width, width));
            }

            tokens += window.Ids.Length;
            progress?.Report(tokens);
            if (rows.Count / width >= enough)
            {
                break;
            }

            if (rows.Count > Array.MaxLength - residual.Length)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{rows.Count / width} activations of {width} numbers are as many as memory takes at once; give less text."));
            }
        }

        return rows.Count > 0
            ? new MemoryHarvest([.. CollectionsMarshal.AsSpan(rows)], tokens, tokens - (rows.Count / width))
            : throw new SteeringException("The text gives not one token to train on; give more of it than one window.");
    }
}
