using Steering.Compilation;
using Steering.Sockets;

namespace Steering.Batching;

/// <summary>Writes a program's scale and attenuation into the wider tables of a union of programs.</summary>
internal static class UnionTables
{
    /// <summary>Number of rows 4 + 2K of a program's attenuation table; 0 when it has none.</summary>
    public static int AttenuationRows(SiteProgram program) => program.RowCount == 0 ? 0 : program.Attenuation.Length / program.RowCount;

    /// <summary>Writes the scales of a program, or s = 1 where it has none.</summary>
    /// <param name="program">The program.</param>
    /// <param name="table">[3, M].</param>
    /// <param name="offset">Place of the program's first row.</param>
    /// <param name="rows">M.</param>
    public static void WriteScale(SiteProgram program, Span<float> table, int offset, int rows)
    {
        for (var line = 0; line < SocketLayout.ScaleRows; line++)
        {
            var destination = table.Slice((line * rows) + offset, program.RowCount);
            if (program.Scale.Length > 0)
            {
                program.Scale.AsSpan(line * program.RowCount, program.RowCount).CopyTo(destination);
            }
            else
            {
                destination.Fill(line == 0 ? 1 : 0);
            }
        }
    }

    /// <summary>Writes the attenuation of a program, padded with knots of slope 0; without one, it attenuates nothing.</summary>
    /// <param name="program">The program.</param>
    /// <param name="table">[4 + 2K, M], K at least the program's; empty when no program attenuates.</param>
    /// <param name="offset">Place of the program's first row.</param>
    /// <param name="rows">M.</param>
    public static void WriteAttenuation(SiteProgram program, Span<float> table, int offset, int rows)
    {
        var lines = rows == 0 ? 0 : table.Length / rows;
        for (var line = 0; line < lines; line++)
        {
            table.Slice((line * rows) + offset, program.RowCount).Clear();
        }

        var own = AttenuationRows(program);
        var knots = (own - SocketLayout.PosteriorRows) / 2;
        for (var line = 0; line < own; line++)
        {
            // Slopes stand after all knots, so those of a narrower table move down.
            var slope = line >= SocketLayout.PosteriorRows + knots;
            var target = slope ? line - knots + ((lines - SocketLayout.PosteriorRows) / 2) : line;
            program.Attenuation.AsSpan(line * program.RowCount, program.RowCount).CopyTo(table[((target * rows) + offset)..]);
        }
    }
}
