using System.Buffers;
using System.Numerics.Tensors;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// The latents whose decoder directions are most similar to each latent's, by cosine. Computed block by block, so that
/// memory stays at [D, neighbours] whatever D is; time grows with D²·d.
/// </summary>
public sealed class DecoderNeighbours
{
    /// <summary>Neighbours kept for each latent.</summary>
    public const int PerLatent = 8;

    private const int RowBlock = 128;
    private const int ColumnTile = 1024;
    private readonly int[] _latents;
    private readonly float[] _cosines;

    private DecoderNeighbours(int count, int[] latents, float[] cosines)
    {
        Count = count;
        _latents = latents;
        _cosines = cosines;
    }

    /// <summary>Number of latents D.</summary>
    public int Count { get; }

    /// <summary>Neighbours of a latent, most similar first; −1 where there are fewer than <see cref="PerLatent"/> other latents.</summary>
    public ReadOnlySpan<int> Latents(int latent) => _latents.AsSpan(latent * PerLatent, PerLatent);

    /// <summary>Their cosines; a latent with a zero decoder row has cosine 0 with all.</summary>
    public ReadOnlySpan<float> Cosines(int latent) => _cosines.AsSpan(latent * PerLatent, PerLatent);

    /// <summary>Largest cosine of a latent with any other; 0 where there is no other.</summary>
    public float MaximumCosine(int latent) => Latents(latent)[0] < 0 ? 0 : Cosines(latent)[0];

    /// <summary>Computes the neighbours.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="progress">Receives the share done, 0 to 1; may be null.</param>
    /// <param name="cancellationToken">Stops within a block.</param>
    public static DecoderNeighbours Compute(SparseAutoencoder autoencoder, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        var rows = UnitRows(autoencoder);
        return Compute(rows, autoencoder.LatentCount, rows, autoencoder.LatentCount, same: true, progress, cancellationToken);
    }

    /// <summary>For each latent of one autoencoder, the most similar latents of another of the same width d.</summary>
    /// <param name="from">The autoencoder whose latents are looked at.</param>
    /// <param name="to">The autoencoder in which neighbours are sought.</param>
    /// <param name="progress">Receives the share done, 0 to 1; may be null.</param>
    /// <param name="cancellationToken">Stops within a block.</param>
    /// <exception cref="SteeringException">The widths differ.</exception>
    public static DecoderNeighbours Compute(SparseAutoencoder from, SparseAutoencoder to, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return from.HiddenSize == to.HiddenSize
            ? Compute(UnitRows(from), from.LatentCount, UnitRows(to), to.LatentCount, same: false, progress, cancellationToken)
            : throw new SteeringException(FormattableString.Invariant($"{from.Source} reads vectors of width {from.HiddenSize}, {to.Source} of width {to.HiddenSize}; only autoencoders of one width have directions to compare."));
    }

    private static unsafe DecoderNeighbours Compute(float[] from, int fromCount, float[] to, int toCount, bool same, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var width = from.Length / fromCount;
        var latents = new int[checked(fromCount * PerLatent)];
        var cosines = new float[fromCount * PerLatent];
        Array.Fill(latents, -1);
        Array.Fill(cosines, float.NegativeInfinity);
        var blocks = (fromCount + RowBlock - 1) / RowBlock;
        var done = 0;
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellationToken }, block =>
        {
            var first = block * RowBlock;
            var rows = Math.Min(RowBlock, fromCount - first);
            var products = ArrayPool<float>.Shared.Rent(RowBlock * ColumnTile);
            for (var column = 0; column < toCount; column += ColumnTile)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var columns = Math.Min(ColumnTile, toCount - column);
                fixed (float* x = from, w = to, y = products)
                {
                    RowProduct.Multiply(x + ((nint)first * width), rows, width, w + ((nint)column * width), 0, columns, y, ColumnTile);
                }

                for (var row = 0; row < rows; row++)
                {
                    var at = (first + row) * PerLatent;
                    Offer(products.AsSpan(row * ColumnTile, columns), column, same ? first + row : -1, latents.AsSpan(at, PerLatent), cosines.AsSpan(at, PerLatent));
                }
            }

            ArrayPool<float>.Shared.Return(products);
            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        });
        return new DecoderNeighbours(fromCount, latents, cosines);
    }

    private static void Offer(ReadOnlySpan<float> products, int firstLatent, int self, Span<int> latents, Span<float> cosines)
    {
        for (var index = 0; index < products.Length; index++)
        {
            if (products[index] <= cosines[^1] || firstLatent + index == self)
            {
                continue;
            }

            var place = PerLatent - 1;
            for (; place > 0 && cosines[place - 1] < products[index]; place--)
            {
                (cosines[place], latents[place]) = (cosines[place - 1], latents[place - 1]);
            }

            (cosines[place], latents[place]) = (products[index], firstLatent + index);
        }
    }

    private static float[] UnitRows(SparseAutoencoder autoencoder)
    {
        var rows = autoencoder.DecoderRows.ToArray();
        for (var start = 0; start < rows.Length; start += autoencoder.HiddenSize)
        {
            var row = rows.AsSpan(start, autoencoder.HiddenSize);
            var norm = TensorPrimitives.Norm<float>(row);
            if (norm > 0)
            {
                TensorPrimitives.Divide(row, norm, row);
            }
        }

        return rows;
    }
}
