using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Steering.Batching;

namespace Steering.Tests.Sdk.DependencyInjection;

/// <summary>Every option can be set in configuration, from every source, in every case.</summary>
[TestClass]
public sealed class SteeringConfigurationTests
{
    public static IEnumerable<object[]> Options() =>
        Below(typeof(SteeringOptions), [nameof(SteeringOptions.Callbacks), nameof(SteeringOptions.Policies), nameof(SteeringOptions.Saes)], string.Empty)
            .Select(path => new object[] { path });

    [TestMethod]
    [DynamicData(nameof(Options))]
    public void EveryOption_IsSetInAnyCase(string path)
    {
        var (type, given) = Sample(path);
        foreach (var key in new[] { path, path.ToUpperInvariant(), path.ToLowerInvariant() })
        {
            Assert.AreEqual(given, Get(Read((key, Convert.ToString(given, CultureInfo.InvariantCulture))), path), $"{key} ({type.Name})");
        }
    }

    [TestMethod]
    public void EnvironmentVariables_InCapitals_AreUnderstood()
    {
        const string Prefix = "STEERING_CONFIGURATION_TEST_";
        Environment.SetEnvironmentVariable($"{Prefix}STEERING__MODELPATH", "/models/a");
        Environment.SetEnvironmentVariable($"{Prefix}STEERING__BATCHING__THREADS", "3");
        Environment.SetEnvironmentVariable($"{Prefix}STEERING__SAES__l15", "/saes/l15");
        try
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Steering:modelPath"] = "/models/b", ["Steering:verifyWeights"] = "false" })
                .AddEnvironmentVariables(Prefix).Build();
            var options = Read(configuration.GetSection("Steering"));
            Assert.AreEqual("/models/a", options.ModelPath);
            Assert.IsFalse(options.VerifyWeights);
            Assert.AreEqual(3, options.Batching!.Threads);
            Assert.AreEqual("/saes/l15", options.Saes["l15"]);
        }
        finally
        {
            foreach (var name in new[] { "STEERING__MODELPATH", "STEERING__BATCHING__THREADS", "STEERING__SAES__l15" })
            {
                Environment.SetEnvironmentVariable(Prefix + name, null);
            }
        }
    }

    [TestMethod]
    public void AnEmptyBatchingSection_AsksForABatchWithTheDefaults()
    {
        using var json = new MemoryStream("""{ "Steering": { "Batching": {} } }"""u8.ToArray());
        Assert.AreEqual(new BatchingDecoderOptions(), Read(new ConfigurationBuilder().AddJsonStream(json).Build().GetSection("Steering")).Batching);
    }

    private static IEnumerable<string> Below(Type type, string[] apart, string prefix) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => !apart.Contains(property.Name, StringComparer.Ordinal)).SelectMany(property =>
            IsScalar(property.PropertyType) ? [prefix + property.Name] : Below(property.PropertyType, [], $"{prefix}{property.Name}:"));

    private static bool IsScalar(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) || plain.IsValueType;
    }

    /// <summary>A value that is neither the default nor out of range.</summary>
    private static (Type Type, object Value) Sample(string path)
    {
        var type = typeof(SteeringOptions);
        object? standard = new SteeringOptions();
        foreach (var name in path.Split(':'))
        {
            var property = type.GetProperty(name)!;
            standard = property.GetValue(standard ?? Activator.CreateInstance(type));
            type = property.PropertyType;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        return (type, type.IsEnum ? Enum.GetValues(type).GetValue(1)!
            : type == typeof(string) ? "/models/a"
            : type == typeof(bool) ? !(bool)standard!
            : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(17)
            : Convert.ChangeType(7, type, CultureInfo.InvariantCulture));
    }

    private static object? Get(SteeringOptions options, string path) =>
        path.Split(':').Aggregate((object?)options, (value, name) => value!.GetType().GetProperty(name)!.GetValue(value));

    private static SteeringOptions Read(params (string Key, string? Value)[] settings) =>
        Read(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => $"Steering:{pair.Key}", pair => pair.Value, StringComparer.Ordinal)).Build().GetSection("Steering"));

    private static SteeringOptions Read(IConfiguration section)
    {
        using var services = new ServiceCollection().AddSteering(section, options => options.ModelPath = options.ModelPath.Length == 0 ? "/models/none" : options.ModelPath).Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<SteeringOptions>>().Value;
    }
}
