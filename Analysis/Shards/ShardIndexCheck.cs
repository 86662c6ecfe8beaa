namespace Steering.Analysis.Shards;

/// <summary>Whether an index agrees with itself. Files are not looked at.</summary>
internal static class ShardIndexCheck
{
    private const long Many = 1L << 44;

    public static void Check(ShardIndex index, string source)
    {
        var job = index.Job;
        Require(job.HiddenSize is > 0 and <= 1 << 20, $"hiddenSize is {job.HiddenSize}");
        Require(job.WindowsPerShard > 0, $"windowsPerShard is {job.WindowsPerShard}");
        Require(job.Type is "F32" or "F16" or "BF16", $"the type is '{job.Type}', expected F32, F16 or BF16");
        Require(IsSha256(job.ModelSha256) && (job.CheckpointSha256 is null || IsSha256(job.CheckpointSha256)), "modelSha256 or checkpointSha256 is no fingerprint");
        Require(float.IsFinite(index.MedianNorm) && index.MedianNorm >= 0, $"medianNorm is {index.MedianNorm}");
        Require(index.LargestNorm is null || (float.IsFinite(index.LargestNorm.Value) && index.LargestNorm >= 0), $"largestNorm is {index.LargestNorm}");
        long next = 0;
        for (var number = 0; number < index.Shards.Count; number++)
        {
            var shard = index.Shards[number];
            Require(shard is not null, $"shard {number} is null");
            Require(string.Equals(shard!.File, ShardFile.Name(number), StringComparison.Ordinal), $"shard {number} is named '{shard.File}', expected '{ShardFile.Name(number)}'");
            Require(IsSha256(shard.Sha256) && IsSha256(shard.TextSha256), $"{shard.File} has a checksum that is none");
            Require(shard.FirstWindow == next && shard.Windows > 0 && shard.Windows <= job.WindowsPerShard, $"{shard.File} holds {shard.Windows} windows from {shard.FirstWindow} on, where {next} comes next");
            Require(number == index.Shards.Count - 1 || shard.Windows == job.WindowsPerShard, $"{shard.File} is not full, but not the last");
            Require(
                shard.Tokens is > 0 and < Many && shard.Rows >= 0 && shard.FirstPositions >= 0 && shard.MassiveTokens >= 0
                && shard.Rows <= shard.Tokens && shard.FirstPositions <= shard.Tokens && shard.MassiveTokens <= shard.Tokens
                && shard.Tokens == shard.Rows + shard.FirstPositions + shard.MassiveTokens,
                $"{shard.File} has {shard.Rows} rows, {shard.FirstPositions} first positions and {shard.MassiveTokens} massive ones of {shard.Tokens} tokens");
            Require(shard.Bytes > 0 && shard.Bytes < Many * 8, $"{shard.File} has {shard.Bytes} bytes");
            next += shard.Windows;
        }

        Require(!index.IsComplete || index.Shards.Count > 0, "it is complete without a shard");

        void Require(bool condition, string problem)
        {
            if (!condition)
            {
                throw new SteeringException($"{source} is no valid index of activation shards: {problem}. Harvest again.");
            }
        }
    }

    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
