namespace Steering.Saes;

/// <summary>Transposes matrices, tile by tile on all cores.</summary>
internal static class MatrixTranspose
{
    private const int Tile = 32;

    /// <summary>[rows, columns] → a new [columns, rows].</summary>
    public static float[] Of(float[] matrix, int rows, int columns)
    {
        var result = new float[matrix.Length];
        Parallel.For(0, (columns + Tile - 1) / Tile, tile =>
        {
            var last = Math.Min(columns, (tile + 1) * Tile);
            for (var first = 0; first < rows; first += Tile)
            {
                for (var column = tile * Tile; column < last; column++)
                {
                    for (var row = first; row < Math.Min(rows, first + Tile); row++)
                    {
                        result[(column * rows) + row] = matrix[(row * columns) + column];
                    }
                }
            }
        });
        return result;
    }
}
