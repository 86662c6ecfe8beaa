namespace Steering.Tests.Training.Trainer;

/// <summary>Rows made of a few known directions each, over an offset: what a sparse autoencoder is to find again.</summary>
internal static class SyntheticRows
{
    public const int Width = 32;
    public const int Directions = 48;

    public static float[] Make(int rows, int active, int seed)
    {
        var random = new Random(11);
        var directions = Enumerable.Range(0, Directions).Select(_ => Unit(random)).ToArray();
        var offset = Enumerable.Range(0, Width).Select(_ => 3 * (random.NextSingle() - 0.5f)).ToArray();
        var draw = new Random(seed);
        var data = new float[rows * Width];
        for (var row = 0; row < rows; row++)
        {
            var x = data.AsSpan(row * Width, Width);
            offset.CopyTo(x);
            for (var i = 0; i < active; i++)
            {
                var (strength, direction) = (1 + (2 * draw.NextSingle()), directions[draw.Next(Directions)]);
                for (var j = 0; j < Width; j++)
                {
                    x[j] += strength * direction[j];
                }
            }
        }

        return data;
    }

    private static float[] Unit(Random random)
    {
        var row = Enumerable.Range(0, Width).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))).ToArray();
        var norm = MathF.Sqrt(row.Sum(value => value * value));
        return [.. row.Select(value => value / norm)];
    }
}
