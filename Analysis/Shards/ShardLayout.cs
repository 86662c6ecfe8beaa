using System.Globalization;
using Steering.Tensors;

namespace Steering.Analysis.Shards;

/// <summary>The metadata and tensors that every shard holds.</summary>
internal static class ShardLayout
{
    private const string Version = "steering_shard_version";
    private const string Model = "steering_model";
    private const string ModelSha256 = "steering_model_sha256";
    private const string Site = "steering_site";
    private const string Number = "steering_shard";
    private const string FirstWindow = "steering_first_window";

    private static readonly (string Name, TensorElementType Type)[] TokenTensors =
    [
        (ShardFile.TokenIds, TensorElementType.Int32),
        (ShardFile.Documents, TensorElementType.Int64),
        (ShardFile.Positions, TensorElementType.Int32),
        (ShardFile.Windows, TensorElementType.Int64),
        (ShardFile.Roles, TensorElementType.UInt8),
        (ShardFile.LeftOutWhy, TensorElementType.UInt8),
    ];

    public static TensorElementType Type(string name) => name switch
    {
        "F16" => TensorElementType.Float16,
        "BF16" => TensorElementType.BFloat16,
        _ => TensorElementType.Float32,
    };

    public static string TypeName(TensorElementType type) => ActivationCodec.CanStore(type)
        ? type.SafetensorsName()
        : throw new SteeringException($"Activations cannot be stored as {type}; choose fp32, fp16 or bf16.");

    public static Dictionary<string, string> Metadata(ShardJob job, int number, long firstWindow) => new(StringComparer.Ordinal)
    {
        [Version] = Text(ShardIndex.CurrentVersion),
        [Model] = job.ModelName,
        [ModelSha256] = job.ModelSha256,
        [Site] = job.Site,
        [Number] = Text(number),
        [FirstWindow] = Text(firstWindow),
    };

    public static void Check(SafetensorsFile file, string path, ShardIndex index, int number)
    {
        var entry = index.Shards[number];
        foreach (var (key, expected) in Metadata(index.Job, number, entry.FirstWindow).Where(pair => !string.Equals(pair.Key, Model, StringComparison.Ordinal)))
        {
            var found = file.Metadata.GetValueOrDefault(key);
            if (!string.Equals(found, expected, StringComparison.Ordinal))
            {
                throw new SteeringException($"{path} is not the shard that {ShardIndex.FileName} describes: {key} is '{found ?? "absent"}' in the shard and '{expected}' in the index. Put the right file back, or harvest again.");
            }
        }

        CheckTensor(file, path, ShardFile.Activations, Type(index.Job.Type), [entry.Rows, index.Job.HiddenSize]);
        foreach (var (name, type) in TokenTensors)
        {
            CheckTensor(file, path, name, type, [entry.Tokens]);
        }
    }

    private static void CheckTensor(SafetensorsFile file, string path, string name, TensorElementType type, long[] shape)
    {
        var info = file.Describe(name);
        if (info.ElementType != type || !info.Shape.SequenceEqual(shape))
        {
            throw new SteeringException($"{path}: the tensor '{name}' is {info.ElementType} [{string.Join(", ", info.Shape)}], expected {type} [{string.Join(", ", shape)}] by {ShardIndex.FileName}. Put the right file back, or harvest again.");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
